// SPDX-License-Identifier: Apache-2.0
// The least that a chat client does: sign in, list rooms, join, read, post, and show why something was refused.

const LABEL = "org.countersign.label";
const WAIT_MS = 2000;
const { synapse } = await (await fetch("config.json")).json();

const view = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));
let session = JSON.parse(sessionStorage.getItem("session") ?? "null");
let rooms = new Map();
let since = null;
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
  session = since = chosen = null;
  rooms = new Map();
  sessionStorage.removeItem("session");
  view.chat.hidden = view.who.hidden = view["sign-out"].hidden = true;
  view.welcome.hidden = false;
  if (answer) view.welcome.prepend(element("p", `You have been signed out: ${answer.error}.`, { class: "refusal" }));
}

// ---- rooms ----

// Takes in what has happened since the last time; waits a moment for something when asked to.
async function refresh(wait = 0) {
  const filter = { room: { timeline: { limit: 30 }, ephemeral: { types: [] } }, presence: { types: [] } };
  const query = new URLSearchParams({ timeout: wait, filter: JSON.stringify(filter), ...(since && { since }) });
  const sync = await call("GET", `/sync?${query}`);
  since = sync.next_batch;
  for (const [id, news] of Object.entries(sync.rooms?.join ?? {})) takeIn(id, "joined", news);
  for (const [id, news] of Object.entries(sync.rooms?.invite ?? {})) takeIn(id, "invited", news);
  for (const id of Object.keys(sync.rooms?.leave ?? {})) rooms.delete(id);
  for (const listed of (await call("GET", "/publicRooms")).chunk) {
    const name = listed.name ?? listed.canonical_alias ?? listed.room_id;
    if (!rooms.has(listed.room_id)) rooms.set(listed.room_id, { id: listed.room_id, name, standing: "listed", messages: [] });
  }
  if (session) show();
}

function takeIn(id, standing, news) {
  const before = rooms.get(id);
  const room = { id, name: id, messages: [], ...before, standing };
  const timeline = news.timeline?.events ?? [];
  for (const event of [...(news.state?.events ?? []), ...(news.invite_state?.events ?? []), ...timeline]) {
    if (event.type === "m.room.name") room.name = event.content.name;
    if (event.type === LABEL) room.label = event.content.label;
  }
  const known = new Set(room.messages.map((event) => event.event_id));
  const fresh = timeline.filter((event) => event.type === "m.room.message" && !known.has(event.event_id));
  room.messages = [...room.messages, ...fresh];
  rooms.set(id, room);
}

async function follow() {
  while (session) {
    try {
      await refresh(WAIT_MS);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
}

function show() {
  view.rooms.replaceChildren(
    ...[...rooms.values()].map((room) => {
      const button = element("button", room.name, { type: "button", "data-room": room.id });
      button.append(element("small", room.standing === "joined" ? "member" : `${room.standing}: choose to join`));
      if (room.id === chosen) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => choose(room));
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
  const open = rooms.get(chosen);
  const room = open?.standing === "joined" ? open : null;
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
    follow();
  } else {
    view.welcome.hidden = false;
  }
} catch (fault) {
  end(fault.answer ?? { error: "the chat server cannot be reached" });
}
