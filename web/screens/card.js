import { mount } from "../parts/frame.js";
import { later } from "../parts/later.js";

mount(later("联户长"), { as: true });
