const enter = document.querySelector("#enter");
const say = document.querySelector("#say");
const lines = document.querySelector("#lines");

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
let socket;
let wait = FIRST_WAIT;

/** Shows a line. What others write is text, never markup. */
function show(text, kind = "") {
  const line = document.createElement("li");
  line.className = kind;
  line.textContent = text;
  lines.append(line);
}

function connect(name, room) {
  const query = new URLSearchParams({ name, room });
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws?${query}`);
  socket.onopen = () => {
    wait = FIRST_WAIT;
    enter.hidden = true;
    say.hidden = false;
  };
  socket.onmessage = ({ data }) => {
    const { from, text, joined, left, error } = JSON.parse(data);
    if (error !== undefined) show(error, "error");
    else if (joined !== undefined) show(`${joined} is here`, "note");
    else if (left !== undefined) show(`${left} is gone`, "note");
    else show(`${from}: ${text}`);
  };
  socket.onclose = () => {
    if (!say.hidden) show("connection lost", "note");
    say.hidden = true;
    setTimeout(() => connect(name, room), wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };
}

enter.onsubmit = (event) => {
  event.preventDefault();
  if (socket === undefined) connect(enter.elements.name.value, enter.elements.room.value);
};

say.onsubmit = (event) => {
  event.preventDefault();
  socket.send(JSON.stringify({ text: say.elements.text.value }));
  say.reset();
};
