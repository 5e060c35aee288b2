/** What real programs wrote, offline, with one local P-256 key: cosign 3.1.1 and 2.5.0 (`cosign.md` §9.3). */
export const recordedKey =
  '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYxq2S4i38w+aowLLUYPsZnh1QQRn\n8ulOasJ4NN7U8g9uSEdVzuZTU5PWMXNv/Jeln8AdV8AvT4CepSKEeG2Trw==\n-----END PUBLIC KEY-----\n';
/** What was signed. */
export const recordedBlob = 'recorded\n';
/** `sign-blob --bundle`. */
export const recordedBlobBundles = {
  '3.1.1':
    '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"HfYeyXlpnhsrjun2pAhFQvYDugU4fEkXlUMcQKymVK0="}},"messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"qShJvd8IZ/ZB0CK4jysDitx3mpddX2Mlw2pMVyCNgUw="},"signature":"MEUCIQCBv4rH4mYO7ja31tps6Q4HrP0dDiC6y5728eReThkYfgIgYDtEKHlKYI6vzippSNH6l9qBpajJaPPT4OM1FFilrfE="}}',
  '2.5.0':
    '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial":{"publicKey":{"hint":"HfYeyXlpnhsrjun2pAhFQvYDugU4fEkXlUMcQKymVK0="}}, "messageSignature":{"messageDigest":{"algorithm":"SHA2_256", "digest":"qShJvd8IZ/ZB0CK4jysDitx3mpddX2Mlw2pMVyCNgUw="}, "signature":"MEYCIQCZqqVaTz+2us4eKBXrC205b+2Y6xBl/6bqnF7NpgrfRAIhAMwqf9bmdwPYFeZOHzypgfNyj9wwqukzborWIj6XJ/8c"}}',
} as const;
/** `attest-blob --type cyclonedx --bundle`. */
export const recordedAttestationBundles = {
  '3.1.1':
    '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"HfYeyXlpnhsrjun2pAhFQvYDugU4fEkXlUMcQKymVK0="}},"dsseEnvelope":{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjAuMSIsInN1YmplY3QiOlt7Im5hbWUiOiJibG9iIiwiZGlnZXN0Ijp7InNoYTI1NiI6ImE5Mjg0OWJkZGYwODY3ZjY0MWQwMjJiODhmMmIwMzhhZGM3NzlhOTc1ZDVmNjMyNWMzNmE0YzU3MjA4ZDgxNGMifX1dLCJwcmVkaWNhdGVUeXBlIjoiaHR0cHM6Ly9jeWNsb25lZHgub3JnL2JvbSIsInByZWRpY2F0ZSI6eyJib21Gb3JtYXQiOiJDeWNsb25lRFgiLCJjb21wb25lbnRzIjpbXSwic3BlY1ZlcnNpb24iOiIxLjUiLCJ2ZXJzaW9uIjoxfX0=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"MEUCICALo26o40DzV9AbBkpowsW2PYvqpX+1H4rBlF8mwL0sAiEAqqwpi+W4l36j9Dai2BXf2Kf+vtd4wNj76oC7Vh9Hy20="}]}}',
  '2.5.0':
    '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial":{"publicKey":{"hint":"HfYeyXlpnhsrjun2pAhFQvYDugU4fEkXlUMcQKymVK0="}}, "dsseEnvelope":{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjAuMSIsInByZWRpY2F0ZVR5cGUiOiJodHRwczovL2N5Y2xvbmVkeC5vcmcvYm9tIiwic3ViamVjdCI6W3sibmFtZSI6ImJsb2IiLCJkaWdlc3QiOnsic2hhMjU2IjoiYTkyODQ5YmRkZjA4NjdmNjQxZDAyMmI4OGYyYjAzOGFkYzc3OWE5NzVkNWY2MzI1YzM2YTRjNTcyMDhkODE0YyJ9fV0sInByZWRpY2F0ZSI6eyJib21Gb3JtYXQiOiJDeWNsb25lRFgiLCJjb21wb25lbnRzIjpbXSwic3BlY1ZlcnNpb24iOiIxLjUiLCJ2ZXJzaW9uIjoxfX0=", "payloadType":"application/vnd.in-toto+json", "signatures":[{"sig":"MEUCIQC4zAWkdWMdd2NRA1XbVlJrPkBII99zSJWayezVR8xyiAIgL8AdzhlYaHe98Hp1E58MZ1CwxXtV1BBmP7Jn36q6vaw="}]}}',
} as const;
/** `attest-blob --type cyclonedx --output-signature`. */
export const recordedEnvelopes = {
  '3.1.1':
    '{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjAuMSIsInN1YmplY3QiOlt7Im5hbWUiOiJibG9iIiwiZGlnZXN0Ijp7InNoYTI1NiI6ImE5Mjg0OWJkZGYwODY3ZjY0MWQwMjJiODhmMmIwMzhhZGM3NzlhOTc1ZDVmNjMyNWMzNmE0YzU3MjA4ZDgxNGMifX1dLCJwcmVkaWNhdGVUeXBlIjoiaHR0cHM6Ly9jeWNsb25lZHgub3JnL2JvbSIsInByZWRpY2F0ZSI6eyJib21Gb3JtYXQiOiJDeWNsb25lRFgiLCJjb21wb25lbnRzIjpbXSwic3BlY1ZlcnNpb24iOiIxLjUiLCJ2ZXJzaW9uIjoxfX0=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"MEYCIQDvJgahsClQAySa7WaaxmuZUiTQGgs/LFJvQnNGiahEnQIhAP0D8zciJqzniWiBMflN3mR/2VNnXzdBSB19zR27o1uL"}]}',
  '2.5.0':
    '{"payloadType":"application/vnd.in-toto+json","payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjAuMSIsInByZWRpY2F0ZVR5cGUiOiJodHRwczovL2N5Y2xvbmVkeC5vcmcvYm9tIiwic3ViamVjdCI6W3sibmFtZSI6ImJsb2IiLCJkaWdlc3QiOnsic2hhMjU2IjoiYTkyODQ5YmRkZjA4NjdmNjQxZDAyMmI4OGYyYjAzOGFkYzc3OWE5NzVkNWY2MzI1YzM2YTRjNTcyMDhkODE0YyJ9fV0sInByZWRpY2F0ZSI6eyJib21Gb3JtYXQiOiJDeWNsb25lRFgiLCJjb21wb25lbnRzIjpbXSwic3BlY1ZlcnNpb24iOiIxLjUiLCJ2ZXJzaW9uIjoxfX0=","signatures":[{"keyid":"","sig":"MEUCIQDrrqcaNSdO7k/FPQk+bK0mKgRuFfZyxWG7RGXqI746dAIgb7lNpjoZiw1OLx5VjwSaxUGTRB8QCZ2MA4/QUJFW7/4="}]}',
} as const;
/** `attest-blob --type vuln --bundle` of cosign 3.1.1, which fills in what the file does not have. */
export const recordedVulnerabilities =
  '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"HfYeyXlpnhsrjun2pAhFQvYDugU4fEkXlUMcQKymVK0="}},"dsseEnvelope":{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjAuMSIsInN1YmplY3QiOlt7Im5hbWUiOiJibG9iIiwiZGlnZXN0Ijp7InNoYTI1NiI6ImE5Mjg0OWJkZGYwODY3ZjY0MWQwMjJiODhmMmIwMzhhZGM3NzlhOTc1ZDVmNjMyNWMzNmE0YzU3MjA4ZDgxNGMifX1dLCJwcmVkaWNhdGVUeXBlIjoiaHR0cHM6Ly9jb3NpZ24uc2lnc3RvcmUuZGV2L2F0dGVzdGF0aW9uL3Z1bG4vdjEiLCJwcmVkaWNhdGUiOnsiaW52b2NhdGlvbiI6eyJidWlsZGVyLmlkIjoiIiwiZXZlbnRfaWQiOiIiLCJwYXJhbWV0ZXJzIjpudWxsLCJ1cmkiOiIifSwibWV0YWRhdGEiOnsic2NhbkZpbmlzaGVkT24iOiIwMDAxLTAxLTAxVDAwOjAwOjAwWiIsInNjYW5TdGFydGVkT24iOiIwMDAxLTAxLTAxVDAwOjAwOjAwWiJ9LCJzY2FubmVyIjp7ImRiIjp7InVyaSI6IiIsInZlcnNpb24iOiIifSwicmVzdWx0IjpudWxsLCJ1cmkiOiIiLCJ2ZXJzaW9uIjoiIn19fQ==","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"MEQCIBYFbiTONsnDvGYyeE/ofXCuaAWdwI41sv+Lj3y36XwQAiAqQSbkrIOETRUkoklOLnHqG0tl8vrhrE2AXG58UhxDDA=="}]}}';
/** `attest-blob --type custom --bundle` of cosign 3.1.1. */
export const recordedCustom =
  '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"HfYeyXlpnhsrjun2pAhFQvYDugU4fEkXlUMcQKymVK0="}},"dsseEnvelope":{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjAuMSIsInN1YmplY3QiOlt7Im5hbWUiOiJibG9iIiwiZGlnZXN0Ijp7InNoYTI1NiI6ImE5Mjg0OWJkZGYwODY3ZjY0MWQwMjJiODhmMmIwMzhhZGM3NzlhOTc1ZDVmNjMyNWMzNmE0YzU3MjA4ZDgxNGMifX1dLCJwcmVkaWNhdGVUeXBlIjoiaHR0cHM6Ly9jb3NpZ24uc2lnc3RvcmUuZGV2L2F0dGVzdGF0aW9uL3YxIiwicHJlZGljYXRlIjp7IkRhdGEiOiJ7XCJib21Gb3JtYXRcIjpcIkN5Y2xvbmVEWFwiLFwic3BlY1ZlcnNpb25cIjpcIjEuNVwiLFwidmVyc2lvblwiOjEsXCJjb21wb25lbnRzXCI6W119XG4iLCJUaW1lc3RhbXAiOiIyMDI2LTExLTIyVDA0OjEyOjQyWiJ9fQ==","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"MEYCIQCA03KD2apG568OpN+6j1kncbGQewwwUPdju6M4IpSiYAIhAOr07ZN963AarWtlGeltSlFiA0O4q1x5QM0YMQ0yLjQd"}]}}';
