import { written } from "../written.ts";

export const dynamic = "force-dynamic";

export const GET = () => Response.json(written.count);
