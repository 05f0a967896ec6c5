// Keeps a half-written answer while it is being typed. Without script the Save button does the same.
const PAUSE = 1200;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const said = form.querySelector("[data-autosave-said]");
  let waiting = 0;
  let last = new FormData(form).get("note");

  const save = async () => {
    const data = new FormData(form);
    if (data.get("note") === last) return;
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-Linkwell-Autosave": "1" } });
      if (!answer.ok) throw new Error();
      last = data.get("note");
      said.textContent = "Saved.";
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
