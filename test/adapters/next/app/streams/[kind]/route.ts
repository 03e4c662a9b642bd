import { route } from "@entity-tag/next";
import { handler } from "../../../../apps/streams.ts";

export const { GET } = route({ GET: handler });
