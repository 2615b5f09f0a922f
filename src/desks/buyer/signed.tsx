import { verify } from 'node:crypto'
import { text } from '../../kernel/text.ts'
import type { ContractFacts } from '../../modules/contracts/index.ts'
import { fingerprintOf } from '../../modules/identity/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Facts, Moment, Name } from '../../web/parts.tsx'

type Signature = ContractFacts['signatures'][number]

/** Whether a signature is what it says: by that key, over a statement that names this contract and this text. */
export function isGenuine(signature: Signature, contract: Pick<ContractFacts, 'number' | 'textHash'>): boolean {
  const said = JSON.parse(signature.statement) as { contract?: unknown; textHash?: unknown }
  return (
    said.contract === contract.number &&
    said.textHash === contract.textHash &&
    fingerprintOf(signature.publicKey) === signature.fingerprint &&
    verify(null, Buffer.from(signature.statement), signature.publicKey, Buffer.from(signature.signature, 'base64'))
  )
}

/** Both signatures, checked as the page was made; with all that is needed to check them again elsewhere. */
export function Signatures({ of: contract }: { of: ContractFacts }) {
  const t = useWords()
  const [vendor, buyer] = contract.terms.parties
  const sides = [
    { side: 'vendor', words: text('甲方（供方）', 'Party A (vendor)'), name: vendor.name, id: contract.vendorId },
    { side: 'buyer', words: text('乙方（需方）', 'Party B (buyer)'), name: buyer.name, id: contract.buyerId },
  ] as const
  return (
    <Card title={t(text('电子签名', 'Signatures'))}>
      {sides.map(({ side, words, name, id }) => {
        const found = contract.signatures.find(signature => signature.side === side)
        return (
          <div key={side} class="mb-3">
            <p class="mb-1">
              <strong>{t(words)}</strong> <Name zh={name} of={id} />
            </p>
            {found ? (
              <Facts
                of={[
                  [
                    t(text('验证', 'Check')),
                    isGenuine(found, contract) ? (
                      <Badge key="check" tone="good">
                        {t(text('签名有效', 'Genuine'))}
                      </Badge>
                    ) : (
                      <Badge key="check" tone="bad">
                        {t(text('签名无效', 'Not genuine'))}
                      </Badge>
                    ),
                  ],
                  [t(text('签署时间', 'Signed')), <Moment key="at" at={found.signedAt} />],
                  [t(text('公钥指纹', 'Key')), <code key="key">{found.fingerprint.slice(0, 16)}…</code>],
                ]}
              />
            ) : (
              <p class="text-secondary mb-0">{t(text('尚未签署', 'Not signed yet'))}</p>
            )}
          </div>
        )
      })}
      {contract.textHash && (
        <p class="form-hint mb-0">
          {t(text('签署对象是中文文本的摘要（SHA-256）：', 'What is signed is the SHA-256 of the Chinese text: '))}
          <code>{contract.textHash}</code>{' '}
          <a href={`/api/v1/contracts/${contract.id}/signatures`}>
            {t(text('签名与验证材料（JSON）', 'Signatures with all that checks them (JSON)'))}
          </a>
        </p>
      )}
    </Card>
  )
}
