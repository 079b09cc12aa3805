package io.millrace.standalone.process;

import io.millrace.dispatcher.TargetPrices;
import io.millrace.schemas.config.MillraceConfig;
import java.time.Instant;
import java.util.List;

/** What an operator should know of prices before the first call: which targets have none. */
final class PriceWarnings {

  private PriceWarnings() {}

  /** A line for each target whose calls will be charged nothing. */
  static List<String> of(MillraceConfig config, Instant at) {
    return TargetPrices.unpriced(config, at).stream()
        .map(
            target ->
                ("no price is known for model %s at provider %s: its calls are charged nothing and"
                        + " count against no budget; give one under prices (0 if it is free)")
                    .formatted(target.model(), target.provider()))
        .toList();
  }

  /** Writes them where the operator looks. */
  static void print(MillraceConfig config, Instant at) {
    of(config, at).forEach(warning -> System.err.println("millrace: warning: " + warning));
  }
}
