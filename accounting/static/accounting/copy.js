// A button beside each text that is there to be copied. Without it, one click into the text selects all of it.
"use strict";

for (const text of document.querySelectorAll("pre.copy")) {
    if (!navigator.clipboard) break; // browsers offer it to safe origins only
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    const box = document.createElement("div");
    box.className = "copied";
    text.replaceWith(box);
    box.append(text, button);
}
