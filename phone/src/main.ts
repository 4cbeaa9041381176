import { openEngine } from "./engine/engine";
import { mount } from "./screens";

const root = document.getElementById("app");
if (root) mount(root, openEngine());
