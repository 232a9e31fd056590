// SPDX-License-Identifier: Apache-2.0
// Service providers of the SAML identity provider that others wrote, each on a free port of its own.
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { started } from './clients.mjs';
import { freePort } from './countersign.mjs';
import { PYTHON } from './synapse.mjs';

const PYSAML2 = fileURLToPath(new URL('../../peers/pysaml2_provider.py', import.meta.url));
const MODULES = '/usr/lib/apache2/modules';
const UID = 'urn:oid:0.9.2342.19200300.100.1.1';

/** A folder with a key, its certificate and the identity provider's metadata, readable by Apache's workers. */
async function equipped(countersign, name) {
  const folder = await mkdtemp(join(tmpdir(), `countersign-${name}-`));
  await chmod(folder, 0o755);
  const run = promisify(execFile);
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const wanted = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert];
  await run('openssl', ['req', '-x509', ...wanted]);
  await chmod(key, 0o644);
  const metadata = await fetch(`${countersign.info.issuer}/saml/metadata`);
  const idp = join(folder, 'idp.xml');
  await writeFile(idp, await metadata.text());
  await mkdir(join(folder, 'www/secret'), { recursive: true });
  await writeFile(join(folder, 'www/secret/index.txt'), 'the secret page');
  await writeFile(join(folder, 'www/bye.txt'), 'signed out');
  return { folder, key, cert, idp };
}

/** Registers a service provider by its metadata. */
async function registered(countersign, folder, id, metadata) {
  const file = join(folder, 'sp.xml');
  await writeFile(file, metadata);
  return JSON.parse(await countersign.command('client', 'saml', '--metadata', file, '--id', id, '--name', id));
}

function apacheConfig({ port, folder }, more) {
  return `
ServerName http://localhost:${port}
ServerRoot ${folder}
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
LogLevel warn
DocumentRoot ${folder}/www
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
LoadModule mpm_event_module ${MODULES}/mod_mpm_event.so
LoadModule authn_core_module ${MODULES}/mod_authn_core.so
LoadModule authz_core_module ${MODULES}/mod_authz_core.so
LoadModule authz_user_module ${MODULES}/mod_authz_user.so
UseCanonicalName On
${more}`;
}

/** Apache with mod_auth_mellon before a folder. */
export async function mellon(countersign) {
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const { folder, key, cert, idp } = await equipped(countersign, 'mellon');
  const more = `
LoadModule auth_mellon_module ${MODULES}/mod_auth_mellon.so
<Location />
  MellonEnable info
  MellonEndpointPath /mellon
  MellonSPentityId ${address}/mellon/metadata
  MellonSPPrivateKeyFile ${key}
  MellonSPCertFile ${cert}
  MellonIdPMetadataFile ${idp}
  MellonSignatureMethod rsa-sha256
  MellonUser ${UID}
  # Its test cookie says SameSite=None, which browsers take only with Secure; on localhost they do without TLS.
  MellonSecureCookie On
  MellonCookieSameSite lax
</Location>
<Location /secret>
  MellonEnable auth
  AuthType Mellon
  Require user erin
</Location>
`;
  const config = join(folder, 'httpd.conf');
  await writeFile(config, apacheConfig({ port, folder }, more));
  const one = await started('apache2', ['-f', config, '-DFOREGROUND'], { probe: `${address}/bye.txt` });
  const metadata = await (await fetch(`${address}/mellon/metadata`)).text();
  const record = await registered(countersign, folder, 'mellon', metadata);
  return {
    ...tidied(one, folder),
    record,
    folder,
    address: `${address}/secret/index.txt`,
    logout: `${address}/mellon/logout?ReturnTo=${encodeURIComponent(`${address}/bye.txt`)}`,
  };
}

/** Apache with the Shibboleth service provider, its daemon beside it. */
export async function shibboleth(countersign) {
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const made = await equipped(countersign, 'shibboleth');
  const { folder } = made;
  const settings = join(folder, 'shibboleth2.xml');
  await writeFile(settings, shibbolethConfig(made, address, `${countersign.info.issuer}/saml/metadata`));
  await writeFile(join(folder, 'attribute-map.xml'), attributeMap());
  await writeFile(join(folder, 'log.properties'), logging(folder));
  const daemon = await started('shibd', ['-F', '-f', '-c', settings, '-p', join(folder, 'shibd.pid')], {
    file: join(folder, 'shibd.sock'),
  });
  const more = `
LoadModule mod_shib ${MODULES}/mod_shib.so
ShibConfig ${settings}
<Location /secret>
  AuthType shibboleth
  ShibRequestSetting requireSession 1
  Require user erin
</Location>
`;
  const config = join(folder, 'httpd.conf');
  await writeFile(config, apacheConfig({ port, folder }, more));
  const one = await started('apache2', ['-f', config, '-DFOREGROUND'], { probe: `${address}/bye.txt` });
  const metadata = await (await fetch(`${address}/Shibboleth.sso/Metadata`)).text();
  const record = await registered(countersign, folder, 'shibboleth', metadata);
  const stop = async () => {
    await one.stop();
    await daemon.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    record,
    folder,
    stop,
    log: () => `${one.log()}\n${daemon.log()}`,
    address: `${address}/secret/index.txt`,
    logout: `${address}/Shibboleth.sso/Logout?return=${encodeURIComponent(`${address}/bye.txt`)}`,
  };
}

function shibbolethConfig({ folder, key, cert, idp }, address, idpId) {
  const pair = (use) => `<CredentialResolver type="File" use="${use}" key="${key}" certificate="${cert}"/>`;
  return `<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config" clockSkew="180">
  <OutOfProcess logger="${folder}/log.properties"/>
  <InProcess logger="${folder}/log.properties"/>
  <UnixListener address="${folder}/shibd.sock"/>
  <ApplicationDefaults entityID="${address}/shibboleth" REMOTE_USER="uid" signing="front" encryption="false">
    <Sessions lifetime="28800" timeout="3600" relayState="ss:mem" checkAddress="false" handlerSSL="false"
        cookieProps="; path=/; HttpOnly" redirectLimit="exact">
      <SSO entityID="${idpId}">SAML2</SSO>
      <Logout>SAML2 Local</Logout>
      <Handler type="MetadataGenerator" Location="/Metadata" signing="false"/>
    </Sessions>
    <Errors supportContact="nobody@localhost"/>
    <MetadataProvider type="XML" validate="true" path="${idp}"/>
    <AttributeExtractor type="XML" validate="true" reloadChanges="false" path="${folder}/attribute-map.xml"/>
    ${pair('signing')}
    ${pair('encryption')}
  </ApplicationDefaults>
  <SecurityPolicyProvider type="XML" validate="true" path="/etc/shibboleth/security-policy.xml"/>
  <ProtocolProvider type="XML" validate="true" reloadChanges="false" path="/etc/shibboleth/protocols.xml"/>
</SPConfig>
`;
}

function attributeMap() {
  return `<Attributes xmlns="urn:mace:shibboleth:2.0:attribute-map">
  <Attribute name="${UID}" id="uid"/>
</Attributes>
`;
}

function logging(folder) {
  return `log4j.rootCategory=INFO, file
log4j.appender.file=org.apache.log4j.FileAppender
log4j.appender.file.fileName=${folder}/shib.log
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.ConversionPattern=%d{%Y-%m-%d %H:%M:%S} %p %c %x: %m%n
`;
}

/** A service provider on the Python package pysaml2, which takes encrypted assertions. */
export async function pysaml2(countersign) {
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const { folder, idp } = await equipped(countersign, 'pysaml2');
  const args = [PYSAML2, '--port', String(port), '--idp-metadata', idp, '--folder', folder];
  const one = await started(PYTHON, args, { lines: 1 });
  const record = await registered(countersign, folder, 'pysaml2', one.said[0].metadata);
  return { ...tidied(one, folder), record, folder, address: `${address}/`, logout: `${address}/logout` };
}

function tidied(one, folder) {
  const stop = async () => {
    await one.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...one, stop };
}
