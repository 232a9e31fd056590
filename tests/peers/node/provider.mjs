// SPDX-License-Identifier: Apache-2.0
// node-oidc-provider as an agency's identity provider: `node provider.mjs SECRET REDIRECT_URI LOGOUT_URI`. It prints
// its issuer as a line of JSON. Whoever comes with a `login_hint` is signed in as it says, with the first `acr` that
// was asked for, or `bronze`; who comes without is asked who she is and for a code, any of which is `gold`. `GET /test/logout?sub=…&sid=…` ends a session and tells the client.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const FORM = `<!doctype html><html lang="en"><title>Sign in</title><link rel="icon" href="data:,">
<h1>Ministry of Defence</h1><form method="post"><label>Name <input name="name" required></label>
<label>Code <input name="code"></label><button>Sign in</button></form>`;

/** Who the form says that she is, and how she proved it; nobody before it was sent. */
async function entered(request) {
  if (request.method !== 'POST') return [];
  let body = '';
  for await (const part of request) body += part;
  const form = new URLSearchParams(body);
  return [form.get('name'), form.get('code') ? 'gold' : 'bronze'];
}

const [secret, redirectUri, logoutUri] = process.argv.slice(2);
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'countersign',
        client_secret: secret,
        redirect_uris: [redirectUri],
        backchannel_logout_uri: logoutUri,
        backchannel_logout_session_required: true,
      },
    ],
    acrValues: ['bronze', 'silver', 'gold'],
    claims: {
      openid: ['sub', 'acr', 'amr'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username'],
    },
    conformIdTokenClaims: true,
    features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: false } },
    // As shipped it calls no address of this machine.
    fetch: (address, options) => fetch(address, { ...options, dispatcher: undefined }),
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `The ${id}`,
        preferred_username: id,
        email: `${id}@mod.example`,
        email_verified: true,
      }),
    }),
    interactions: { url: (_, interaction) => `/test/interaction/${interaction.uid}` },
    cookies: { keys: ['of no use to anybody'] },
  });
  const callback = provider.callback();
  server.on('request', (request, response) => {
    answer(request, response).catch((error) => {
      process.stderr.write(`${error.stack}\n`);
      response.writeHead(500).end();
    });
  });
  async function answer(request, response) {
    const url = new URL(request.url, issuer);
    if (url.pathname.startsWith('/test/interaction/')) return interact(request, response);
    if (url.pathname === '/test/logout') {
      const client = await provider.Client.find('countersign');
      await client.backchannelLogout(url.searchParams.get('sub'), url.searchParams.get('sid'));
      return response.writeHead(204).end();
    }
    return callback(request, response);
  }
  async function interact(request, response) {
    const details = await provider.interactionDetails(request, response);
    const { params, prompt, session } = details;
    if (prompt.name === 'login') {
      const [asked = 'bronze'] = (params.acr_values ?? '').split(' ').filter(Boolean);
      const [name, acr] = params.login_hint ? [params.login_hint, asked] : await entered(request);
      if (!name) return response.writeHead(200, { 'content-type': 'text/html' }).end(FORM);
      const login = { accountId: name, acr, amr: acr === 'bronze' ? ['pwd'] : ['pwd', 'otp'] };
      return provider.interactionFinished(request, response, { login });
    }
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    const consent = { grantId: await grant.save() };
    return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
  }
  process.stdout.write(`${JSON.stringify({ issuer })}\n`);
});
