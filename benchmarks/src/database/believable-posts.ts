import type { Random } from './random.ts';

/** A row of the miner's table as it is inserted. */
export interface PostRow {
  readonly uri: string;
  readonly datetime: string;
  readonly timeBucketId: number;
  readonly label: string | null;
  readonly content: Buffer;
}

const WORDS = 20_000;
const TAGS = 2_000;
const USERS = 60_000;
const CONSONANTS = 'bcdfghklmnprstvwz';
const VOWELS = 'aeiou';
const LANGUAGES = ['en', 'en', 'en', 'es', 'ja', 'pt', 'de', 'ar', 'fr'] as const;
const EMOJI = ['🚀', '😂', '❤️', '🔥', '👀'] as const;
/** One row in so many has every field of today's scraper; the others those that each row has. */
const FULL_ROWS = 8;
const FIRST_TWEET_MS = 1_288_834_974_657;

/**
 * Posts of X as a miner's database holds them: some 470 bytes of JSON as Python prints it, words and
 * tags repeated as in any language, so that they compress about as posts do.
 */
export class PostMaker {
  readonly #random: Random;
  readonly #words: readonly string[];

  constructor(random: Random) {
    this.#random = random;
    this.#words = Array.from({ length: WORDS }, () => word(random));
  }

  /** `number` keeps posts of one millisecond apart. */
  post(milliseconds: number, number: number): PostRow {
    const random = this.#random;
    const name = random.skewed(USERS);
    const user = `${this.#words[name % WORDS]}_${name}`;
    const tweetId = String(
      (BigInt(milliseconds - FIRST_TWEET_MS) << 22n) | BigInt(number % 2 ** 22),
    );
    const uri = `https://x.com/${user}/status/${tweetId}`;
    const second = new Date(milliseconds).toISOString().slice(0, 19);
    const minute = `${second.slice(0, 16)}:00+00:00`;
    const tags = random.chance(0.35) ? [this.#tag()] : [];
    const content = {
      username: `@${user}`,
      text: this.#text(tags),
      url: uri,
      timestamp: minute,
      tweet_hashtags: tags,
      ...(random.below(FULL_ROWS) === 0 ? this.#fullFields(name, tweetId) : { tweet_id: tweetId }),
      retweet_count: random.skewed(5_000),
      scraped_at: minute,
    };
    return {
      uri,
      datetime: `${second.replace('T', ' ')}+00:00`,
      timeBucketId: Math.floor(milliseconds / 3_600_000),
      label: tags[0]?.toLowerCase() ?? null,
      content: Buffer.from(pythonJson(content)),
    };
  }

  #tag(): string {
    return `#${this.#words[this.#random.skewed(TAGS)]}`;
  }

  #text(tags: readonly string[]): string {
    const random = this.#random;
    const words = Array.from({ length: 8 + random.below(24) }, () => this.#word());
    if (random.chance(0.15)) words.push(random.pick(EMOJI));
    if (random.chance(0.3)) words.push(`https://t.co/${random.below(2 ** 31).toString(36)}`);
    return [...words, ...tags].join(' ');
  }

  #word(): string {
    return this.#words[this.#random.skewed(WORDS)] ?? '';
  }

  #fullFields(name: number, tweetId: string) {
    const random = this.#random;
    const userId = String(1_000_000 + name * 7_919);
    return {
      media: random.chance(0.3) ? [`https://pbs.twimg.com/media/${tweetId}.jpg`] : [],
      user_id: userId,
      user_display_name: `${this.#word()} ${this.#word()}`,
      user_verified: random.chance(0.05),
      tweet_id: tweetId,
      is_reply: random.chance(0.4),
      is_quote: random.chance(0.1),
      conversation_id: tweetId,
      language: random.pick(LANGUAGES),
      like_count: random.skewed(50_000),
      reply_count: random.skewed(2_000),
      quote_count: random.skewed(1_000),
      view_count: random.skewed(1_000_000),
      bookmark_count: random.skewed(500),
      user_blue_verified: random.chance(0.2),
      user_description: this.#text([]),
      user_location: this.#word(),
      profile_image_url: `https://pbs.twimg.com/profile_images/${userId}/normal.jpg`,
      cover_picture_url: `https://pbs.twimg.com/profile_banners/${userId}`,
      user_followers_count: random.skewed(1_000_000),
      user_following_count: random.skewed(5_000),
    };
  }
}

function word(random: Random): string {
  let text = '';
  for (let syllable = 1 + random.below(4); syllable > 0; syllable -= 1)
    text += `${CONSONANTS[random.below(CONSONANTS.length)]}${VOWELS[random.below(VOWELS.length)]}`;
  return text;
}

/** As Python's `json.dumps`: a space behind `,` and `:`, ASCII alone. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, item]) => `"${key}": ${pythonJson(item)}`);
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
