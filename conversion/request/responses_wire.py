"""The shapes of a request to the Responses API, as far as we send them."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from msgspec import Raw

from conversion.request.wire import Markable


class InputText(Markable):
    type: Literal["input_text"]
    text: str


class InputImage(Markable):
    type: Literal["input_image"]
    image_url: str
    detail: Literal["auto"]


class InputFile(Markable):
    """`file_data` is a data URL, `file_url` any other."""

    type: Literal["input_file"]
    filename: NotRequired[str]
    file_data: NotRequired[str]
    file_url: NotRequired[str]


InputPart: TypeAlias = InputText | InputImage | InputFile
InputContent: TypeAlias = str | list[InputPart]


class InputMessage(TypedDict):
    type: Literal["message"]
    role: Literal["system", "developer", "user", "assistant"]
    content: InputContent
    phase: NotRequired[str]


class FunctionCallItem(TypedDict):
    type: Literal["function_call"]
    call_id: str
    name: str
    arguments: str


class FunctionCallOutput(TypedDict):
    type: Literal["function_call_output"]
    call_id: str
    output: InputContent


ReasoningItem: TypeAlias = object
"""As the backend gave it."""

Item: TypeAlias = InputMessage | FunctionCallItem | FunctionCallOutput | ReasoningItem


class FlatFunctionTool(TypedDict):
    """`strict` is always said: the API takes it for true where it is missing."""

    type: Literal["function"]
    name: str
    description: NotRequired[str]
    parameters: Raw
    strict: bool
