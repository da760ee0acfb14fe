// Play, pause, one step, speed; with the mouse, the keyboard and no hands.
import { story, text, number } from "./demo.js";

export function makeControls({ send }) {
  const play = document.getElementById("play");
  const step = document.getElementById("step");
  const pace = document.getElementById("pace");
  const radios = [...document.querySelectorAll("input[name=speed]")];
  const again = document.getElementById("again");
  let playing = true;

  const toggle = () => send("/control", { do: playing ? "pause" : "play" });
  const one = () => send("/control", { do: "step" });
  play.addEventListener("click", toggle);
  step.addEventListener("click", one);
  again.addEventListener("click", () => {
    document.body.dataset.again = "true";
    send("/again");
  });
  for (const radio of radios) {
    radio.addEventListener("change", () => send("/control", { do: "speed", speed: radio.value }));
    document.querySelector(`label[for=${radio.id}]`).textContent = text(`speed.${radio.value}`);
  }
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, button, a, select, textarea, [role=button]")) return;
    if (event.key === " ") toggle();
    else if (event.key === "ArrowRight") one();
    else return;
    event.preventDefault();
  });

  return {
    show(picture) {
      playing = picture.playing;
      const word = text(playing ? "pause" : "play");
      if (play.textContent !== word) play.textContent = word;
      play.dataset.icon = playing ? "pause" : "play";
      for (const radio of radios) radio.checked = radio.value === picture.speed;
      const waits = picture.phase === "ill" && !picture.helping;
      pace.textContent = picture.pace > 0 ? text("times", { count: number(Math.round(picture.pace)) }) : waits ? text("held") : "";
      const over = picture.phase === "end";
      again.hidden = !over || !story.repeatable;
      play.hidden = step.hidden = radios[0].closest("fieldset").hidden = over;
    },
  };
}
