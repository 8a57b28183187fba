import { expect, test } from 'vitest'
import { verify } from './signature.ts'

// The example of a GET in AWS's manual: "Signature Calculations for the Authorization Header" (Amazon S3, Signature Version 4)
const credentials = { user: 'AKIAIOSFODNN7EXAMPLE', password: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const now = Date.parse('2013-05-24T00:00:00Z')
const signature = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'
const request = {
  method: 'GET',
  url: '/test.txt',
  headers: {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-amz-date': '20130524T000000Z',
    authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=${signature}`,
  },
}
const headers = (over: Record<string, string>) => ({ ...request, headers: { ...request.headers, ...over } })

test('accepts the example of the manual', () => expect(verify(request, credentials, now)).toBeUndefined())

test.each([
  ['another path', { ...request, url: '/other.txt' }, 'SignatureDoesNotMatch'],
  ['another method', { ...request, method: 'PUT' }, 'SignatureDoesNotMatch'],
  ['another signed header', headers({ range: 'bytes=0-99' }), 'SignatureDoesNotMatch'],
  ['no signature', headers({ authorization: '' }), 'AccessDenied'],
  ['another day', headers({ 'x-amz-date': '20130525T000000Z' }), 'AccessDenied'],
])('refuses %s', (_what, changed, code) => expect(verify(changed, credentials, now)).toBe(code))

test('refuses another key, another secret and another time', () => {
  expect(verify(request, { ...credentials, user: 'somebody' }, now)).toBe('InvalidAccessKeyId')
  expect(verify(request, { ...credentials, password: 'guess' }, now)).toBe('SignatureDoesNotMatch')
  expect(verify(request, credentials, now + 16 * 60_000)).toBe('RequestTimeTooSkewed')
})
