// The hot path alone: node benchmarks/tag-list.bench.ts
import { measureSuite } from "./measure/suite-process.ts";

const pace = { rounds: 7, slice: 2, warmUp: 40, requests: 0, load: 0 };
await measureSuite("tag-list", "node", { pace, plots: false });
