// The path of the keys: five stations that light up as something passes through them.
import { story, text, number } from "./demo.js";

export function makeRoute() {
  const stations = [...document.querySelectorAll("#steps li")];
  return {
    show(picture) {
      const name = story.names[picture.sharer ?? picture.ill ?? story.ill];
      for (const [index, view] of picture.steps.entries()) {
        const station = stations[index];
        if (station.dataset.state !== view.state) station.dataset.state = view.state;
        const facts = Object.fromEntries(
          Object.entries(view.facts).map(([key, value]) => [key, typeof value === "number" ? number(value) : value]),
        );
        const key = [`step.${view.step}.${view.state}`, `step.${view.step}.done`, `step.${view.step}.idle`];
        const wording = text(key.find((one) => one in story.texts), { name, ...facts });
        const fact = station.querySelector(".fact");
        if (fact.textContent !== wording) fact.textContent = wording;
        station.querySelector(".step-state").textContent = `(${text(`state.${view.state}`)})`;
      }
    },
  };
}
