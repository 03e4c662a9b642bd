import { conditional } from "@entity-tag/core/fetch";
import { odd } from "./odd-bodies.ts";

const handlers = odd(conditional as never);

export default { fetch: (request: Request) => handlers[new URL(request.url).pathname]!(request as never) };
