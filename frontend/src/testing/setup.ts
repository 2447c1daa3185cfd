/** Every test begins with the built-in node types, as after the page has read `node-types/`. */

import { extendWith } from "@/features/workflows/componentTypes";
import type { NodeType } from "@/types/models";

import nodeTypes from "./nodeTypes.json";

extendWith(nodeTypes as unknown as NodeType[]);
