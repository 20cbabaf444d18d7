import type { PlatformAdapter } from "../../../src/platforms/adapter.ts";
import { ADAPTERS } from "../../../src/platforms/registry.ts";
import { toytube } from "./toytube.ts";

// The one line of the registry, for a test that imports this file before all else.
// safe: the list is an array, whoever else may only read it.
(ADAPTERS as PlatformAdapter[]).push(toytube);
