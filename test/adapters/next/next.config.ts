// next.config.ts
import type { NextConfig } from "next";

const crossOrigin = {
  "Access-Control-Allow-Origin": "https://app.example",
  "Access-Control-Allow-Methods": "GET, HEAD, PUT, PATCH, DELETE",
  "Access-Control-Allow-Headers": "Content-Type, If-Match, If-None-Match, Idempotency-Key",
  "Access-Control-Expose-Headers": "ETag, Location, Retry-After, Idempotency-Ledger",
};
const headers = Object.entries(crossOrigin).map(([key, value]) => ({ key, value }));

const config: NextConfig = { headers: async () => [{ source: "/note", headers }] };
export default config;

// The application of a reader is not in a workspace.
config.turbopack = { root: new URL("../../..", import.meta.url).pathname };
