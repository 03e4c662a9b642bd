// app/time/route.ts
import { route } from "@entity-tag/next";

export const { GET } = route({ GET: () => Response.json({ day: new Date().toISOString().slice(0, 10) }) });
