// What a vendor would run: reads the data, prints the objects.
import { readFileSync, writeSync } from 'node:fs'
import { manifests } from './cdk8s-app.ts'
import type { PeerData } from './peer.ts'

const text = Buffer.from(manifests(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as PeerData))
for (let written = 0; written < text.length;) written += writeSync(1, text, written)
