import { generateKeyPairSync, sign } from "node:crypto";

/** A self-signed certificate and its key, both PEM, valid for that DNS name from yesterday for a week (X.509, RFC 5280). */
export function selfSigned(name: string): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const day = 86_400_000;
  const time = (ms: number) => {
    const digits = new Date(ms).toISOString().replace(/\D/g, "").slice(2, 14);
    return der(0x17, Buffer.from(`${digits}Z`));
  };
  const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const subject = sequence(der(0x31, sequence(oid(0x55, 4, 3), der(0x0c, Buffer.from(name)))));
  const isTrue = der(0x01, Buffer.from([0xff]));
  const alternativeName = sequence(oid(0x55, 29, 17), der(0x04, sequence(der(0x82, Buffer.from(name)))));
  const isAuthority = sequence(oid(0x55, 29, 19), isTrue, der(0x04, sequence(isTrue)));
  const body = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    subject,
    sequence(time(Date.now() - day), time(Date.now() + 7 * day)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(alternativeName, isAuthority)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]);
  const cert = sequence(body, ecdsaWithSha256, der(0x03, signature));
  const lines = cert.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** A DER value: tag, length, content. */
function der(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

function sequence(...content: Uint8Array[]): Buffer {
  return der(0x30, ...content);
}

function oid(...bytes: number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.from([value]));
}
