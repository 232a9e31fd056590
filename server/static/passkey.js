// SPDX-License-Identifier: Apache-2.0
// The passkey ceremony: fetches a challenge, asks the browser, and posts the answer as a form.

import { proven } from "./device.js";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const known = (list) => (list ?? []).map((item) => ({ ...item, id: toBytes(item.id) }));

const readOptions = (options) => ({
  ...options,
  challenge: toBytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: toBytes(options.user.id) } }),
  ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
  ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
});

const writeAnswer = (credential) => {
  const { response } = credential;
  const answer = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) {
    answer.attestationObject = toText(response.attestationObject);
    answer.transports = response.getTransports?.() ?? [];
  } else {
    answer.authenticatorData = toText(response.authenticatorData);
    answer.signature = toText(response.signature);
    answer.userHandle = response.userHandle ? toText(response.userHandle) : null;
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: answer,
    extensions: {},
  });
};

let waiting = null;
// An answer in hand is posted, and nothing that is pressed meanwhile takes its place.
let answered = false;
addEventListener("pageshow", (event) => {
  if (event.persisted) answered = false;
});

const fetchChallenge = async (form) => {
  const body = new URLSearchParams();
  for (const name of ["flow", "csrf"]) {
    if (form.elements[name]) body.set(name, form.elements[name].value);
  }
  const reply = await fetch(form.dataset.challenge, { method: "POST", body });
  if (reply.status === 403 && form.elements.csrf) {
    // The sign-in is too old or too weak for this: the server answers the form with where to go.
    form.submit();
    return new Promise(() => {});
  }
  if (!reply.ok) throw new Error("no challenge");
  return reply.json();
};

const run = async (form, mediation) => {
  if (answered) return;
  waiting?.abort();
  const mine = new AbortController();
  waiting = mine;
  const { id, options } = await fetchChallenge(form);
  const publicKey = readOptions(options);
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey, signal: mine.signal })
      : await navigator.credentials.get({ publicKey, mediation, signal: mine.signal });
  if (mine.signal.aborted || answered || !credential) return;
  answered = true;
  form.elements.challenge.value = id;
  form.elements.credential.value = writeAnswer(credential);
  // The session is born where the device is known to be.
  await proven;
  form.submit();
};

const complaint = (error, form) => {
  if (error.name === "InvalidStateError") return "This device already has a passkey for this account.";
  return form.dataset.passkey === "create"
    ? "No passkey was added. Try again, or use another way."
    : "No passkey was used. Try again, or use another way.";
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const status = form.querySelector("[data-status]");
  const button = form.querySelector("[data-start]");
  if (!window.PublicKeyCredential) {
    button.disabled = true;
    status.textContent = "This browser cannot use passkeys.";
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    status.textContent = "Follow the steps that your browser shows…";
    try {
      await run(form);
    } catch (error) {
      if (error.name !== "AbortError") {
        status.textContent = complaint(error, form);
        status.setAttribute("role", "alert");
      }
    }
    button.disabled = false;
  });
  if (form.dataset.conditional && PublicKeyCredential.isConditionalMediationAvailable) {
    PublicKeyCredential.isConditionalMediationAvailable()
      .then((available) => available && document.querySelector("[autocomplete~=webauthn]") && run(form, "conditional"))
      .catch(() => {});
  }
}

for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.textContent = shown ? "Show password" : "Hide password";
  });
}
