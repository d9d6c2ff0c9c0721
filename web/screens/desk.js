import { mount } from "../parts/frame.js";
import { later } from "../parts/later.js";

mount(later("工作台"), { as: true });
