package io.millrace.workers.mistral;

import static io.millrace.workers.Feature.AUDIO;
import static io.millrace.workers.Feature.AUDIO_OUTPUT;
import static io.millrace.workers.Feature.DIMENSIONS;
import static io.millrace.workers.Feature.FILES;
import static io.millrace.workers.Feature.IMAGES;
import static io.millrace.workers.Feature.LOGIT_BIAS;
import static io.millrace.workers.Feature.LOGPROBS;
import static io.millrace.workers.Feature.REASONING_EFFORT;
import static io.millrace.workers.Feature.RESPONSES;
import static io.millrace.workers.Feature.STORED;
import static io.millrace.workers.Feature.USER;
import static io.millrace.workers.Feature.VERBOSITY;
import static io.millrace.workers.Feature.WEB_SEARCH;
import static io.millrace.workers.Support.BY_MODEL;
import static io.millrace.workers.Support.EMULATED;
import static io.millrace.workers.Support.NO;

import io.millrace.schemas.Verdict;
import io.millrace.workers.Capabilities;
import io.millrace.workers.ProviderKind;
import io.millrace.workers.ProviderKinds;
import io.millrace.workers.openai.AnswerQuirks;
import io.millrace.workers.openai.Host;
import io.millrace.workers.openai.LimitHeaders;
import java.util.List;

/** Mistral. */
public final class MistralKinds implements ProviderKinds {

  private static final Capabilities CAPABILITIES =
      Capabilities.all()
          .with(NO, LOGPROBS, LOGIT_BIAS, VERBOSITY, USER, WEB_SEARCH, AUDIO_OUTPUT, STORED)
          .with(EMULATED, RESPONSES)
          .with(BY_MODEL, IMAGES, AUDIO, FILES, REASONING_EFFORT, DIMENSIONS);

  /** It names its limits by the minute; the names are not documented for good. */
  private static final LimitHeaders LIMITS =
      new LimitHeaders(
          new LimitHeaders.Names(
              "x-ratelimit-limit-req-minute",
              "x-ratelimit-remaining-req-minute",
              "x-ratelimit-reset-req-minute",
              true),
          new LimitHeaders.Names(
              "x-ratelimit-limit-tokens-minute",
              "x-ratelimit-remaining-tokens-minute",
              "x-ratelimit-reset-tokens-minute",
              true));

  /** Requests are limited to some 16,000 LLM tokens, so texts go in small groups. */
  private static final int TEXTS_MAX = 32;

  @Override
  public List<ProviderKind> all() {
    return List.of(
        Host.of("mistral", "https://api.mistral.ai/v1", CAPABILITIES)
            .withOwnFields("safe_prompt", "prompt_mode", "random_seed", "output_dtype")
            .renaming("max_completion_tokens", "max_tokens")
            .renaming("seed", "random_seed")
            .renaming("dimensions", "output_dimension")
            .wording(MistralRequest::write)
            .withAnswers(
                AnswerQuirks.NONE
                    .withSaid(MistralAnswer::flatten)
                    .withFinish("model_length", "length")
                    .failingWhen("error", Verdict.UPSTREAM_FAILURE))
            .withLimits(LIMITS)
            .withTextsMax(TEXTS_MAX)
            .asKind());
  }
}
