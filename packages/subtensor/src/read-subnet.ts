import type { HotkeyAddress } from '@data-universe/core-auth/protocol';
import { BLOCK_KEYS, type BlockRules, type ChainBlock, checkedBlock } from './chain-block.ts';
import { ChainUnavailableError } from './chain-unavailable-error.ts';
import { hexBytesSchema } from './hex-bytes.ts';
import type { RpcCall } from './json-rpc.ts';
import type { NeuronStatus } from './neuron-registry.ts';
import {
  decodeAnswer,
  finalizedHead,
  malformed,
  queryStorage,
  type StorageValues,
} from './query-storage.ts';
import { metagraphArguments, readMetagraph, SELECTIVE_METAGRAPH } from './selective-metagraph.ts';
import { totalHotkeyAlphaKey, uidKey, validatorPermitKey } from './storage-keys.ts';

/** Where a neuron's stake is taken from; see the README. */
export type StakeSource = 'none' | 'alpha' | 'weighed';

export interface SubnetQuestion extends BlockRules {
  readonly netuid: number;
  readonly stake: StakeSource;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** What one block says. */
export interface SubnetReading {
  readonly block: ChainBlock;
  /** Of the hotkeys asked about; or, where stake is weighed, every registered neuron of the subnet. */
  readonly neurons: ReadonlyMap<HotkeyAddress, NeuronStatus>;
}

/** A uid is a u16, and a subnet is far smaller. */
const MAX_UIDS = 16_384;

/** Everything from one finalised block. Throws ChainUnavailableError. */
export async function readSubnet(
  rpc: RpcCall,
  question: SubnetQuestion,
  accounts: ReadonlyMap<HotkeyAddress, Uint8Array>,
): Promise<SubnetReading> {
  const { netuid } = question;
  const head = await finalizedHead(rpc);
  const asked = question.stake === 'weighed' ? [] : [...accounts.values()];
  const keys = [
    ...BLOCK_KEYS,
    validatorPermitKey(netuid),
    ...asked.map((account) => uidKey(netuid, account)),
    ...(question.stake === 'alpha' ? asked : []).map((account) =>
      totalHotkeyAlphaKey(account, netuid),
    ),
  ];
  const values = await queryStorage(rpc, keys, head);
  const block = checkedBlock(head, values, question, question.now());
  const permits = values.optional(validatorPermitKey(netuid), 'the validator permits', (reader) =>
    reader.vec(MAX_UIDS, () => reader.bool()),
  );
  if (permits === undefined || permits.length === 0) throw noSubnet(netuid);
  if (question.stake === 'weighed') {
    return { block, neurons: await readAllNeurons(rpc, netuid, block, permits) };
  }
  const neurons = new Map<HotkeyAddress, NeuronStatus>();
  for (const [hotkey, account] of accounts) {
    neurons.set(hotkey, readNeuron(values, question, account, permits));
  }
  return { block, neurons };
}

function readNeuron(
  values: StorageValues,
  { netuid, stake }: SubnetQuestion,
  account: Uint8Array,
  permits: readonly boolean[],
): NeuronStatus {
  const uid = values.optional(uidKey(netuid, account), 'a uid', (reader) => reader.u16());
  if (uid === undefined) return { registered: false };
  const validatorPermit = permits[uid];
  if (validatorPermit === undefined) {
    throw malformed(`uid ${uid} is beyond the ${permits.length} validator permits`);
  }
  if (stake !== 'alpha') return { registered: true, uid, validatorPermit };
  const alpha = values.optional(totalHotkeyAlphaKey(account, netuid), 'the alpha', (reader) =>
    reader.u64(),
  );
  return { registered: true, uid, validatorPermit, stake: alpha ?? 0n };
}

async function readAllNeurons(
  rpc: RpcCall,
  netuid: number,
  block: ChainBlock,
  permits: readonly boolean[],
): Promise<ReadonlyMap<HotkeyAddress, NeuronStatus>> {
  const answer = await rpc('state_call', [
    SELECTIVE_METAGRAPH,
    metagraphArguments(netuid),
    block.hash,
  ]);
  const bytes = hexBytesSchema.safeParse(answer);
  if (!bytes.success) throw malformed('the metagraph is not hex');
  const metagraph = decodeAnswer(bytes.data, 'the metagraph', (reader) =>
    reader.option(() => readMetagraph(reader, netuid)),
  );
  if (metagraph === undefined) throw noSubnet(netuid);
  // A node may run a call on top of a block as part of the next one.
  const ahead = metagraph.blockNumber - BigInt(block.number);
  if (ahead !== 0n && ahead !== 1n) {
    throw malformed(`the metagraph is of block ${metagraph.blockNumber}, not ${block.number}`);
  }
  if (metagraph.validatorPermits.join() !== permits.join()) {
    throw malformed('the metagraph and the storage give different validator permits');
  }
  return metagraph.neurons;
}

function noSubnet(netuid: number): ChainUnavailableError {
  return new ChainUnavailableError(`subnet ${netuid} has no neuron on this chain`, {
    reason: 'NoSubnet',
  });
}
