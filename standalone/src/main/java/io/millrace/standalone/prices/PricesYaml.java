package io.millrace.standalone.prices;

import io.millrace.schemas.config.PriceConfig;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prices as the section {@code prices} of a configuration file. Amounts are exact decimals. */
public final class PricesYaml {

  private PricesYaml() {}

  public static String of(List<PriceConfig> prices) {
    var text = new StringBuilder("prices:\n");
    prices.forEach(price -> append(text, price));
    return text.toString();
  }

  private static void append(StringBuilder text, PriceConfig price) {
    text.append("  - provider: ").append(quoted(price.provider())).append('\n');
    line(text, "    model: ", quoted(price.model()));
    if (!price.validFrom().equals(LocalDate.EPOCH)) {
      line(text, "    validFrom: ", price.validFrom().toString());
    }
    amount(text, "    inputUsdPerMTok: ", price.inputUsdPerMTok());
    amount(text, "    outputUsdPerMTok: ", price.outputUsdPerMTok());
    amount(text, "    cachedInputUsdPerMTok: ", price.cachedInputUsdPerMTok());
    amount(text, "    cacheWriteUsdPerMTok: ", price.cacheWriteUsdPerMTok());
    amount(text, "    cacheWriteLongUsdPerMTok: ", price.cacheWriteLongUsdPerMTok());
    amount(text, "    batchInputUsdPerMTok: ", price.batchInputUsdPerMTok());
    amount(text, "    batchOutputUsdPerMTok: ", price.batchOutputUsdPerMTok());
    var longContext = price.longContext();
    if (longContext != null) {
      text.append("    longContext:\n");
      line(text, "      aboveTokens: ", Integer.toString(longContext.aboveTokens()));
      amount(text, "      inputUsdPerMTok: ", longContext.inputUsdPerMTok());
      amount(text, "      outputUsdPerMTok: ", longContext.outputUsdPerMTok());
      amount(text, "      cachedInputUsdPerMTok: ", longContext.cachedInputUsdPerMTok());
    }
    count(text, "    contextWindow: ", price.contextWindow());
    count(text, "    outputMax: ", price.outputMax());
    capabilities(text, price);
  }

  private static void capabilities(StringBuilder text, PriceConfig price) {
    var known = new ArrayList<String>();
    var can = price.capabilities();
    flag(known, "tools", can.tools());
    flag(known, "vision", can.vision());
    flag(known, "jsonSchema", can.jsonSchema());
    flag(known, "reasoning", can.reasoning());
    flag(known, "audio", can.audio());
    flag(known, "files", can.files());
    if (!known.isEmpty()) {
      line(text, "    capabilities: ", "{" + String.join(", ", known) + "}");
    }
  }

  private static void flag(List<String> known, String name, @Nullable Boolean value) {
    if (value != null) {
      known.add(name + ": " + value);
    }
  }

  private static void amount(StringBuilder text, String name, @Nullable BigDecimal usd) {
    if (usd != null) {
      // In quotes, so that nothing on the way reads it as a float.
      line(text, name, '"' + usd.toPlainString() + '"');
    }
  }

  private static void count(StringBuilder text, String name, int count) {
    if (count > 0) {
      line(text, name, Integer.toString(count));
    }
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(name).append(value).append('\n');
  }

  /** A text as YAML takes it whatever is in it, an environment variable's sign included. */
  private static String quoted(String text) {
    var quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append("\\x%02x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
