// The two wires to the server: pictures come by server-sent events, actions go as small JSON.

/** Call onPicture with each picture, onLost when the connection breaks. */
export function subscribe({ onPicture, onLost }) {
  const events = new EventSource("/events");
  events.onmessage = (event) => onPicture(JSON.parse(event.data));
  events.onerror = onLost;
}

/** Send an action and return the answer; a refused action returns {error}. */
export async function send(path, body = {}) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await answer.json();
  } catch {
    return { error: "lost" };
  }
}
