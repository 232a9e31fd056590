// SPDX-License-Identifier: Apache-2.0
// The least that a chat client does: sign in, list rooms, join, read, post, and show why something was refused.

const LABEL = "org.countersign.label";
const REFRESH_MS = 3000;
const { synapse } = await (await fetch("config.json")).json();

const view = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));
let session = JSON.parse(sessionStorage.getItem("session") ?? "null");
let rooms = [];
let chosen = null;

class Refused extends Error {
  constructor(answer) {
    super(answer.error ?? "Refused");
    this.answer = answer;
  }
}

async function call(method, path, body) {
  const response = await fetch(`${synapse}/_matrix/client/v3${path}`, {
    method,
    headers: {
      ...(session && { Authorization: `Bearer ${session.access_token}` }),
      ...(body && { "Content-Type": "application/json" }),
    },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  if (response.status === 401 || answer.errcode === "ORG_MATRIX_EXPIRED_ACCOUNT") end(answer);
  throw new Refused(answer);
}

function element(tag, text, attributes = {}) {
  const node = document.createElement(tag);
  node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

// ---- signing in and out ----

function signIn() {
  const here = location.origin + location.pathname;
  location.assign(
    `${synapse}/_matrix/client/v3/login/sso/redirect/oidc-countersign?redirectUrl=${encodeURIComponent(here)}`,
  );
}

async function completeSignIn(token) {
  history.replaceState(null, "", location.pathname);
  session = await call("POST", "/login", {
    type: "m.login.token",
    token,
    initial_device_display_name: "Demo chat",
  });
  sessionStorage.setItem("session", JSON.stringify(session));
}

function end(answer) {
  session = null;
  chosen = null;
  sessionStorage.removeItem("session");
  view.chat.hidden = view.who.hidden = view["sign-out"].hidden = true;
  view.welcome.hidden = false;
  if (answer) view.welcome.prepend(element("p", `You have been signed out: ${answer.error}.`, { class: "refusal" }));
}

// ---- rooms ----

async function refresh() {
  const filter = { room: { timeline: { limit: 30 }, ephemeral: { types: [] } }, presence: { types: [] } };
  const [sync, listed] = await Promise.all([
    call("GET", `/sync?timeout=0&filter=${encodeURIComponent(JSON.stringify(filter))}`),
    call("GET", "/publicRooms"),
  ]);
  const joined = Object.entries(sync.rooms?.join ?? {}).map(([id, room]) => {
    const events = [...room.state.events, ...room.timeline.events];
    const last = (type) => events.findLast((event) => event.type === type && event.state_key === "")?.content;
    return {
      id,
      name: last("m.room.name")?.name ?? id,
      label: last(LABEL)?.label,
      messages: room.timeline.events.filter((event) => event.type === "m.room.message"),
      standing: "joined",
    };
  });
  const invited = Object.entries(sync.rooms?.invite ?? {}).map(([id, room]) => ({
    id,
    name: room.invite_state.events.find((event) => event.type === "m.room.name")?.content.name ?? id,
    standing: "invited",
  }));
  const known = new Set([...joined, ...invited].map((room) => room.id));
  const open = listed.chunk
    .filter((room) => !known.has(room.room_id))
    .map((room) => ({ id: room.room_id, name: room.name ?? room.canonical_alias ?? room.room_id, standing: "listed" }));
  rooms = [...joined, ...invited, ...open];
  if (session) show();
}

function show() {
  view.rooms.replaceChildren(
    ...rooms.map((room) => {
      const button = element("button", room.name, { type: "button", "data-room": room.id });
      button.append(element("small", room.standing === "joined" ? "member" : `${room.standing}: choose to join`));
      if (room.id === chosen) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => choose(room));
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
  const room = rooms.find((candidate) => candidate.id === chosen && candidate.standing === "joined");
  view["room-name"].textContent = room?.name ?? "No room chosen";
  view.post.hidden = !room;
  view.marking.hidden = !room?.label;
  view.marking.textContent = room?.label ? marking(room.label) : "";
  view.timeline.replaceChildren(
    ...(room?.messages ?? []).map((event) => {
      const item = document.createElement("li");
      item.append(element("b", event.sender), element("span", event.content.body ?? ""));
      return item;
    }),
  );
}

function marking(label) {
  const releasable = label.releasable_to ? ` REL TO ${label.releasable_to.join(", ")}` : "";
  return `${label.scheme} ${label.level}${releasable}`;
}

async function choose(room) {
  if (room.standing !== "joined") await attempt(() => call("POST", `/join/${encodeURIComponent(room.id)}`, {}));
  chosen = room.id;
  await refresh();
}

// ---- refusals ----

async function attempt(act) {
  view.refusal.hidden = true;
  try {
    return await act();
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    tell(fault.answer);
    return null;
  }
}

function tell(answer) {
  const facts = document.createElement("dl");
  for (const name of ["errcode", "countersign.reason", "countersign.decision_id"]) {
    if (answer[name]) facts.append(element("dt", name.split(".").at(-1)), element("dd", answer[name], { "data-fact": name }));
  }
  view.refusal.replaceChildren(element("p", answer.error ?? "Refused"), facts);
  const stepUp = answer["countersign.step_up_url"];
  if (stepUp) view.refusal.append(element("a", "Sign in more strongly", { href: stepUp, id: "step-up" }));
  view.refusal.hidden = false;
}

// ---- start ----

view["sign-in"].addEventListener("click", signIn);
view["sign-out"].addEventListener("click", async () => {
  await call("POST", "/logout", {}).catch(() => {});
  end();
});
view.join.addEventListener("submit", async (event) => {
  event.preventDefault();
  const joined = await attempt(() => call("POST", `/join/${encodeURIComponent(view["room-id"].value.trim())}`, {}));
  if (joined) chosen = joined.room_id;
  await refresh();
});
view.post.addEventListener("submit", async (event) => {
  event.preventDefault();
  const path = `/rooms/${encodeURIComponent(chosen)}/send/m.room.message/${Date.now()}-${Math.random()}`;
  const sent = await attempt(() => call("PUT", path, { msgtype: "m.text", body: view.text.value }));
  if (sent) view.text.value = "";
  await refresh();
});

const token = new URLSearchParams(location.search).get("loginToken");
try {
  if (token) await completeSignIn(token);
  if (session) {
    view.who.textContent = session.user_id;
    view.chat.hidden = view.who.hidden = view["sign-out"].hidden = false;
    await refresh();
    setInterval(() => session && refresh().catch(() => {}), REFRESH_MS);
  } else {
    view.welcome.hidden = false;
  }
} catch (fault) {
  end(fault.answer ?? { error: "the chat server cannot be reached" });
}
