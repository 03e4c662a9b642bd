// A route handler as Next's documentation writes it.
import { pageOf, save } from "../../../page.ts";

type Context = { params: Promise<{ id: string }> };

export async function GET(_: Request, { params }: Context): Promise<Response> {
  return new Response(pageOf((await params).id).text);
}

export async function PUT(request: Request, { params }: Context): Promise<Response> {
  save(pageOf((await params).id), await request.text());
  return new Response(null, { status: 204 });
}
