// SPDX-License-Identifier: Apache-2.0
// The key of this device: made here, kept where no script can read it, and proven at each sign-in.

const KEYS = "countersign-device";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };
// A sign-in does not wait longer than this for a proof.
const PATIENCE_MS = 3000;

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const toHex = (buffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const withKeys = async (mode, work) => {
  const opening = indexedDB.open(KEYS, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
  const database = await settled(opening);
  try {
    return await settled(work(database.transaction("keys", mode).objectStore("keys")));
  } finally {
    database.close();
  }
};
const heldKey = () => withKeys("readonly", (keys) => keys.get("this"));
const keepKey = (pair) => withKeys("readwrite", (keys) => keys.put(pair, "this"));

const sign = async (pair, purpose, challenge) => {
  const point = await crypto.subtle.exportKey("raw", pair.publicKey);
  const thumbprint = toHex(await crypto.subtle.digest("SHA-256", point));
  const said = `countersign device 1\n${purpose}\n${location.origin}\n${challenge}\n${thumbprint}`;
  const signature = await crypto.subtle.sign(SIGNING, pair.privateKey, new TextEncoder().encode(said));
  return { point: toText(point), thumbprint, signature: toText(signature) };
};

const post = (address, fields) => fetch(address, { method: "POST", body: new URLSearchParams(fields) });

const prove = async (flow) => {
  const pair = await heldKey();
  if (!pair) return;
  const reply = await post("/signin/device/challenge", { flow });
  if (!reply.ok) return;
  const { challenge } = await reply.json();
  const { thumbprint, signature } = await sign(pair, "prove", challenge);
  await post("/signin/device", { flow, challenge, key: thumbprint, signature });
};

const enrol = async (form) => {
  const reply = await post(form.dataset.challenge, { csrf: form.elements.csrf.value });
  if (reply.status === 403) {
    // The sign-in is too old or too weak for this: the server answers the form with where to go.
    form.submit();
    return;
  }
  if (!reply.ok) throw new Error("no challenge");
  const { challenge } = await reply.json();
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const { point, signature } = await sign(pair, "enrol", challenge);
  await keepKey(pair);
  form.elements.challenge.value = challenge;
  form.elements.key.value = point;
  form.elements.signature.value = signature;
  form.submit();
};

const isAble = Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);

const flow = document.querySelector("form[action^='/signin/'] input[name=flow]")?.value;

/** Settles when the device of this sign-in is proven, or will not be. */
export const proven =
  isAble && flow
    ? Promise.race([
        prove(flow).catch(() => {}),
        new Promise((resolve) => setTimeout(resolve, PATIENCE_MS)),
      ])
    : Promise.resolve();

for (const form of document.querySelectorAll("form[data-device=enrol]")) {
  const status = form.querySelector("[data-status]");
  const button = form.querySelector("[data-start]");
  if (!isAble) {
    button.disabled = true;
    status.textContent = "This browser cannot keep a key.";
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await enrol(form);
    } catch {
      status.textContent = "This browser was not put on file. Try again.";
      status.setAttribute("role", "alert");
      button.disabled = false;
    }
  });
}
