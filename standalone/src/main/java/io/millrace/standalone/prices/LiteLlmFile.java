package io.millrace.standalone.prices;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.bootstrap.ConfigException;
import io.millrace.schemas.config.PriceConfig;
import io.millrace.standalone.prices.LiteLlmEntry.Unusable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * A LiteLLM price file: one JSON object, model name → fields.
 *
 * @param prices the entries that can be used, in the order of the file
 * @param skipped the others, by name, with the reason
 */
public record LiteLlmFile(List<PriceConfig> prices, List<String> skipped) {

  /** The entry with which the file documents itself. */
  private static final String SAMPLE = "sample_spec";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  public LiteLlmFile {
    prices = List.copyOf(prices);
    skipped = List.copyOf(skipped);
  }

  /**
   * Reads the file.
   *
   * @param validFrom first day of its prices
   * @throws ConfigException when it is not such a file, or nothing of it can be used
   */
  public static LiteLlmFile read(Path file, LocalDate validFrom) {
    var entries = parse(file);
    var prices = new LinkedHashMap<String, PriceConfig>();
    var skipped = new ArrayList<String>();
    for (var entry : entries.properties()) {
      if (entry.getKey().equals(SAMPLE)) {
        continue;
      }
      try {
        var price = new LiteLlmEntry(entry.getKey(), entry.getValue()).price(validFrom);
        if (prices.putIfAbsent(price.provider() + " " + price.model(), price) != null) {
          skipped.add(entry.getKey() + ": " + price.provider() + " has the model already");
        }
      } catch (Unusable e) {
        skipped.add(entry.getKey() + ": " + e.getMessage());
      }
    }
    if (prices.isEmpty()) {
      throw new ConfigException(file + ": no entry can be used as a price");
    }
    return new LiteLlmFile(List.copyOf(prices.values()), skipped);
  }

  private static JsonNode parse(Path file) {
    try (var content = Files.newInputStream(file)) {
      var tree = MAPPER.readTree(content);
      if (!tree.isObject()) {
        throw new ConfigException(file + ": not a LiteLLM price file: no JSON object");
      }
      return tree;
    } catch (JsonProcessingException e) {
      var where = e.getLocation();
      throw new ConfigException(
          file
              + (where == null ? "" : ":" + where.getLineNr())
              + ": not a LiteLLM price file: "
              + e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": no such file");
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e.getMessage());
    }
  }
}
