// Next without this project's adapter, as test/conformance/peers.test.ts asks it.
import { answerOf, countOf } from "../../../../../../conformance/peers/apps/page.ts";

type Context = { params: Promise<{ kind: string; id: string }> };

async function answer(_request: Request, { params }: Context): Promise<Response> {
  const { kind, id } = await params;
  if (kind === "count") return new Response(countOf(id));
  const { status, headers, body } = answerOf(id);
  return new Response(body, { status, headers });
}

export {
  answer as DELETE,
  answer as GET,
  answer as HEAD,
  answer as OPTIONS,
  answer as PATCH,
  answer as POST,
  answer as PUT,
};
