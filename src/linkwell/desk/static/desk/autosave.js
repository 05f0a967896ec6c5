// Keeps a half-filled form while it is being filled in. Without script the Save button does the same.
const PAUSE = 1200;

const typed = (form) => {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  return JSON.stringify([...data]);
};

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const said = form.querySelector("[data-autosave-said]");
  let waiting = 0;
  let last = typed(form);

  const save = async () => {
    const now = typed(form);
    if (now === last) return;
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { "X-Linkwell-Autosave": "1" },
      });
      if (!answer.ok) throw new Error();
      last = now;
      said.textContent = form.dataset.autosave || "Saved.";
    } catch {
      said.textContent = "Not saved yet. Press Save.";
    }
  };

  form.addEventListener("input", () => {
    said.textContent = "";
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE);
  });
}
