// Sends a file that is sealed already, in pieces (tus 1.0), and goes on after a break, also after a reload.
// Nothing here can read the file: it looks at the cover page, which is not secret, and passes the rest on.
const MAGIC = "LINKWELL-PACKAGE 1\n";
const PIECE = 4 * 1024 * 1024;
const MOST_WAIT = 30000;
const TYPE = "application/offset+octet-stream";

const form = document.querySelector("form[data-send]");
const box = document.querySelector("[data-sending]");
const bar = box.querySelector("progress");
const said = box.querySelector("[data-said]");
const pause = box.querySelector("[data-pause]");
let paused = false;

class No extends Error {} // the portal, or the file itself, says no: trying again would not help

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));

const remembered = (file, agreement) =>
  `linkwell upload ${agreement} ${file.name} ${file.size} ${file.lastModified}`;

// The cover page: which agreement, how many rows. What is not a sealed file never leaves this computer.
async function coverOf(file) {
  const head = new Uint8Array(await file.slice(0, MAGIC.length + 4).arrayBuffer());
  if (new TextDecoder().decode(head.slice(0, MAGIC.length)) !== MAGIC)
    throw new No("This is not a sealed file, so nothing was sent. Choose the .lwp file that was sealed.");
  const length = new DataView(head.buffer).getUint32(MAGIC.length);
  const page = await file.slice(MAGIC.length + 4, MAGIC.length + 4 + length).text();
  try {
    const cover = JSON.parse(page);
    const last = cover.compartments[cover.compartments.length - 1];
    if (last.offset + last.sealed_bytes !== file.size) throw new Error();
    return cover;
  } catch {
    throw new No("This sealed file is damaged or not all there, so nothing was sent. Copy it again.");
  }
}

const words = async (answer) => {
  try {
    const found = await answer.json();
    return `${found.what} ${found.fix || ""}`.trim();
  } catch {
    return "The portal did not take it.";
  }
};

class Upload {
  constructor(file, agreement, token, uploads) {
    Object.assign(this, { file, agreement, uploads });
    this.headers = { Authorization: `Bearer ${token}`, "Tus-Resumable": "1.0.0", "Linkwell-Agreement": agreement };
    this.key = remembered(file, agreement);
    this.place = localStorage.getItem(this.key);
  }

  ask(method, place, more = {}, body = undefined) {
    return fetch(place, { method, body, headers: { ...this.headers, ...more }, credentials: "omit" });
  }

  async begin(cover) {
    const practice = btoa(cover.test ? "yes" : "no");
    const answer = await this.ask("POST", this.uploads, {
      "Upload-Length": String(this.file.size), "Upload-Metadata": `practice ${practice}`,
    });
    if (answer.status !== 201) throw await this.problem(answer);
    this.place = new URL(answer.headers.get("Location"), location.href).pathname;
    localStorage.setItem(this.key, this.place);
    return 0;
  }

  async offset() {
    const answer = await this.ask("HEAD", this.place);
    if (answer.status === 404 || answer.status === 410) return null;
    if (!answer.ok) throw await this.problem(answer);
    return Number(answer.headers.get("Upload-Offset"));
  }

  async piece(at) {
    const body = await this.file.slice(at, at + PIECE).arrayBuffer();
    const more = { "Upload-Offset": String(at), "Content-Type": TYPE };
    if (crypto.subtle) more["Upload-Checksum"] = `sha384 ${base64(await crypto.subtle.digest("SHA-384", body))}`;
    const answer = await this.ask("PATCH", this.place, more, body);
    if (answer.status !== 204) throw await this.problem(answer);
    return Number(answer.headers.get("Upload-Offset"));
  }

  async problem(answer) {
    const passing = answer.status >= 500 || [408, 409, 423, 425, 429, 460].includes(answer.status);
    return passing ? new Error(await words(answer)) : new No(await words(answer));
  }

  async receipt() {
    const answer = await this.ask("GET", `${this.place}/receipt`);
    if (!answer.ok) throw await this.problem(answer);
    localStorage.removeItem(this.key);
    return answer.json();
  }

  forget() {
    localStorage.removeItem(this.key);
    this.place = null;
  }
}

const size = (bytes) => `${(bytes / 1e6).toLocaleString("en-NZ", { maximumFractionDigits: 1 })} MB`;

function show(at, total, began, from) {
  bar.value = at / total;
  const seconds = (Date.now() - began) / 1000;
  const rate = seconds > 1 ? (at - from) / seconds : 0;
  const left = rate ? `, ${size(rate)} a second, about ${Math.max(1, Math.round((total - at) / rate / 60))} min left` : "";
  said.textContent = `${size(at)} of ${size(total)} sent${at < total ? left : ""}`;
}

async function send(upload, cover) {
  let wait = 500;
  let at = null;
  let began = Date.now();
  let from = 0;
  for (;;) {
    while (paused) await sleep(200);
    try {
      if (at === null) {
        at = upload.place ? await upload.offset() : null;
        if (at === null) at = await upload.begin(cover);
        began = Date.now();
        from = at;
      }
      show(at, upload.file.size, began, from);
      if (at >= upload.file.size) return await upload.receipt();
      at = await upload.piece(at);
      wait = 500;
    } catch (problem) {
      if (problem instanceof No) {
        upload.forget();
        throw problem;
      }
      said.textContent = "The line is down or the portal is busy. Nothing is lost; trying again.";
      await sleep(wait);
      wait = Math.min(2 * wait, MOST_WAIT);
      at = null; // ask where it stands
    }
  }
}

function refuse(message) {
  box.hidden = false;
  box.dataset.state = "refused";
  said.textContent = message;
  pause.hidden = true;
  form.hidden = false;
  said.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = form.elements.package.files[0];
  const agreement = form.elements.agreement.value;
  try {
    if (!file) throw new No("Choose the sealed file first.");
    const cover = await coverOf(file);
    if (cover.agreement !== agreement)
      throw new No(`This file was sealed under ${cover.agreement}, not ${agreement}. Nothing was sent.`);
    const answer = await fetch(form.dataset.send, { method: "POST", body: new FormData(form.ownerDocument.querySelector("form[data-key]")) });
    if (!answer.ok) throw new No("You are signed out. Sign in again, choose the same file, and it goes on.");
    const { token, uploads } = await answer.json();
    form.hidden = true;
    box.hidden = false;
    box.dataset.state = "sending";
    pause.hidden = false;
    pause.focus();
    const receipt = await send(new Upload(file, agreement, token, uploads), cover);
    box.dataset.state = "sent";
    location.assign(form.dataset.sent.replace("REFERENCE", receipt.statement.facts.supply));
  } catch (problem) {
    refuse(problem instanceof No ? problem.message : "Something broke. Choose the same file and send again: it goes on.");
  }
});

pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? "Go on" : "Pause";
});

for (const key of Object.keys(localStorage))
  if (key.startsWith("linkwell upload ")) document.querySelector("[data-begun]").hidden = false;
