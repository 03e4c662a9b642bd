import "reflect-metadata";
import { setTimeout as sleep } from "node:timers/promises";
import { conditional } from "@entity-tag/node";
import { type ArgumentsHost, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import compression from "compression";
import { crossOrigin } from "./cors";
import { NoteController } from "./note.controller";

@Module({ controllers: [NoteController] })
class App {}

async function main() {
  const app = await NestFactory.create(App, { logger: ["error"] });
  app.enableCors(crossOrigin);
  if (process.argv.includes("compressed")) app.use(compression({ threshold: 0 }));
  app.use(conditional());
  app.getHttpAdapter().getInstance().disable("etag");
  // A filter of the application, with the line that the recipe names.
  // biome-ignore lint/correctness/useHookAtTopLevel: Nest's, not React's
  app.useGlobalFilters({
    catch(error: { message: string; getStatus?(): number }, host: ArgumentsHost) {
      const response = host.switchToHttp().getResponse();
      if (response.headersSent) return;
      response.status(error.getStatus?.() ?? 500).json({ message: error.message });
    },
  });
  // Pipes run behind guards: two writers pass the guard before either of them writes.
  // biome-ignore lint/correctness/useHookAtTopLevel: Nest's, not React's
  app.useGlobalPipes({ transform: (value: unknown) => sleep(50, value) });
  await app.listen(0);
  console.log(await app.getUrl());
}
void main();
