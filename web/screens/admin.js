import { mount } from "../parts/frame.js";
import { later } from "../parts/later.js";

mount(later("管理"), { as: true });
