// Passkeys: ask the portal what to sign or make, ask the device, hand the answer back. Everything else on these
// pages works without this script.
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (all) => (all || []).map((each) => ({ ...each, id: bytes(each.id) }));

  async function post(url, body) {
    const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
      redirect: "manual",
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.what || "The portal did not answer. Load the page again.");
    return said;
  }

  async function make(options) {
    const key = options.publicKey;
    const made = await navigator.credentials.create({
      publicKey: {
        ...key,
        challenge: bytes(key.challenge),
        user: { ...key.user, id: bytes(key.user.id) },
        excludeCredentials: listed(key.excludeCredentials),
      },
    });
    return {
      id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: {},
      response: {
        clientDataJSON: text(made.response.clientDataJSON),
        attestationObject: text(made.response.attestationObject),
      },
    };
  }

  async function use(options) {
    const key = options.publicKey;
    const used = await navigator.credentials.get({
      publicKey: { ...key, challenge: bytes(key.challenge), allowCredentials: listed(key.allowCredentials) },
    });
    const said = used.response;
    return {
      id: used.id, rawId: text(used.rawId), type: used.type, clientExtensionResults: {},
      response: {
        clientDataJSON: text(said.clientDataJSON),
        authenticatorData: text(said.authenticatorData),
        signature: text(said.signature),
        userHandle: said.userHandle ? text(said.userHandle) : null,
      },
    };
  }

  const words = (error) =>
    error.name === "NotAllowedError" || error.name === "AbortError" ? "Nothing was done: the device did not confirm it."
    : error.name === "InvalidStateError" ? "This device has a passkey for here already."
    : error.name === "SecurityError" ? "Passkeys work at this portal’s own name only, not at a number address."
    : error.message;

  for (const words of document.querySelectorAll("[data-without-script]")) words.hidden = true;
  for (const box of document.querySelectorAll("[data-passkey]")) {
    const button = box.querySelector("button");
    const status = box.querySelector("[role=status]");
    box.hidden = false;
    if (!window.PublicKeyCredential) {
      button.hidden = true;
      status.textContent = "This browser cannot use passkeys.";
      continue;
    }
    button.addEventListener("click", async () => {
      const field = document.getElementById(box.dataset.name || "");
      if (field && !field.value.trim()) {
        status.textContent = "Give it a name first.";
        field.focus();
        return;
      }
      button.disabled = true;
      status.textContent = "Your device asks you to confirm.";
      try {
        const options = await post(box.dataset.begin, {});
        const answer = box.dataset.passkey === "make" ? await make(options) : await use(options);
        const said = await post(box.dataset.finish, {
          answer, name: field ? field.value : "", next: box.dataset.next || "",
        });
        if (said.next) return void location.assign(said.next);
        status.textContent = "Confirmed with your passkey. Now press the button of this page.";
        button.hidden = true;
        const password = box.parentElement.querySelector("input[type=password]");
        if (password) password.disabled = true;
      } catch (error) {
        status.textContent = words(error);
        button.disabled = false;
      }
    });
  }
})();
