import { isConfidential, type SetupPlan } from '../plan.ts';
import { SOURCES } from '../sources.ts';
import type { StepTemplate } from '../step.ts';

const takes =
  (credential: SetupPlan['credential']) =>
  (plan: SetupPlan): boolean =>
    isConfidential(plan) && plan.credential === credential;

export const clientSecret: StepTemplate = {
  id: 'client-secret',
  applies: takes('secret'),
  write: () => ({
    title: 'Make a client secret',
    who: 'entra',
    why: 'It is shown once. A certificate is the safer choice, because its key never leaves the machine (--credential certificate). Choose an end that is in your calendar: when it has passed, no mailbox of the application works.',
    portal: [
      'Open the app registration > Certificates & secrets > Client secrets > New client secret.',
      'Copy the column "Value", not "Secret ID", into a file or an environment variable of the machine that runs Signalbox, and note the day it ends.',
    ],
    // Never on the screen; in a file that nobody else may read.
    script: [
      "$SecretFile = Join-Path $HOME 'entra-client-secret'",
      'if (-not (Test-Path $SecretFile)) {',
      "  $Ends = (Get-Date).AddDays(180).ToString('yyyy-MM-dd')",
      '  $Secret = az ad app credential reset --id $AppId --append --display-name "Signalbox, ends $Ends" --end-date $Ends --query password --output tsv --only-show-errors',
      '  New-Item -ItemType File -Path $SecretFile | Out-Null',
      '  if (-not $IsWindows) { chmod 600 $SecretFile }',
      '  Set-Content -NoNewline -Path $SecretFile -Value $Secret',
      '  Write-Output "The secret is in $SecretFile and ends on $Ends. Move it to the machine that runs Signalbox."',
      '} else { Write-Warning "$SecretFile is there already, and no secret was made. Move it away first." }',
    ],
    tools: ['azure-cli'],
    sources: [SOURCES.clientCredentials, SOURCES.errorCodes],
  }),
};

const OPENSSL = "openssl req -x509 -newkey rsa:3072 -sha256 -days 365 -nodes -subj '/CN=Signalbox' -keyout signalbox.key -out signalbox.crt";

export const certificate: StepTemplate = {
  id: 'certificate',
  applies: takes('certificate'),
  write: () => ({
    title: 'Make a certificate and upload its public half',
    who: 'entra',
    why: 'The private key never leaves the machine that runs Signalbox. It has to be an RSA key: assertions are signed with PS256 and name the certificate by x5t#S256.',
    portal: [`On the machine that runs Signalbox, make the key and the certificate: ${OPENSSL}`, 'Open the app registration > Certificates & secrets > Certificates > Upload certificate, and choose signalbox.crt.'],
    script: [
      'if (-not (Test-Path signalbox.crt)) {',
      `  ${OPENSSL}`,
      '  if (-not $IsWindows) { chmod 600 signalbox.key }',
      "  az ad app credential reset --id $AppId --append --cert '@signalbox.crt' --output none --only-show-errors",
      "} else { Write-Warning 'signalbox.crt is there already, and no certificate was made. Move it away first.' }",
    ],
    tools: ['azure-cli'],
    sources: [SOURCES.certificate, SOURCES.clientCredentials],
  }),
};

export const federated: StepTemplate = {
  id: 'federated-credential',
  applies: takes('federated'),
  write: () => ({
    title: 'Trust the workload that runs Signalbox',
    who: 'entra',
    why: 'Its own identity provider writes a fresh assertion into a file, and Entra takes that instead of a secret: nothing ends, and nothing has to be renewed.',
    portal: ['Open the app registration > Certificates & secrets > Federated credentials > Add credential, and enter issuer and subject of the workload.'],
    script: [
      "$Credential = @{ name = 'signalbox'; issuer = '<issuer of the workload>'; subject = '<subject of the workload>'; audiences = @('api://AzureADTokenExchange') } | ConvertTo-Json -Compress",
      '$File = New-TemporaryFile; Set-Content -Path $File -Value $Credential',
      'az ad app federated-credential create --id $AppId --parameters "@$File" --output none',
    ],
    tools: ['azure-cli'],
    sources: [SOURCES.clientCredentials],
  }),
};

export const managedIdentity: StepTemplate = {
  id: 'managed-identity',
  applies: (plan) => plan.credential === 'managed-identity',
  write: () => ({
    title: 'Use the managed identity of the machine',
    who: 'entra',
    why: 'Azure keeps its credential: there is no app registration, no secret and no renewal. It works only on machines in Azure, and people cannot sign in to it.',
    portal: ['Open the machine or service that runs Signalbox > Identity, switch it on, and note the object id.', 'Open Entra ID > Enterprise applications > Managed identities, and note the application id that belongs to it.'],
    tools: [],
    sources: [SOURCES.managedIdentity],
  }),
};

export const renewal: StepTemplate = {
  id: 'renewal',
  applies: (plan) => takes('secret')(plan) || takes('certificate')(plan),
  write: ({ credential }) => {
    const secret = credential === 'secret';
    return {
      title: `Renew the ${secret ? 'secret' : 'certificate'} without a gap`,
      who: 'operator',
      why: 'An application may have two at the same time. Add the new one while the old one is valid, put it beside the old one in the configuration, and take the old one away when the new one works. Signalbox warns 60, 30, 14, 7 and 1 days before the end that it knows of.',
      portal: [`Make the new ${secret ? 'secret' : 'certificate'} as before; nothing is removed by it.`, 'When it is in use, delete the old one under Certificates & secrets.'],
      script: [`# Which there are, and when they end. To delete one: az ad app credential delete --id $AppId --key-id <keyId>${secret ? '' : ' --cert'}`, `az ad app credential list --id $AppId${secret ? '' : ' --cert'} --query '[].{keyId:keyId, name:displayName, ends:endDateTime}' --output table`],
      tools: ['azure-cli'],
      configuration: secret
        ? ['entra:', '  clientSecret: ${file:/run/secrets/entra-client-secret}', '  secondClientSecret: ${file:/run/secrets/entra-client-secret-new}']
        : ['entra:', '  certificate: { certificate: signalbox.crt, privateKey: "${file:signalbox.key}" }', '  secondCertificate: { certificate: signalbox-new.crt, privateKey: "${file:signalbox-new.key}" }'],
      sources: [secret ? SOURCES.clientCredentials : SOURCES.certificate],
    };
  },
};
