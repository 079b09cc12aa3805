package io.millrace.workers.bedrock;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * What the id of a Bedrock model tells. It is a base id such as {@code anthropic.claude-x}, an
 * inference profile such as {@code eu.anthropic.claude-x}, or an ARN that ends in one of them or in
 * something opaque.
 */
final class ModelIds {

  private static final List<String> VENDORS =
      List.of(
          "ai21.",
          "amazon.",
          "anthropic.",
          "cohere.",
          "deepseek.",
          "meta.",
          "mistral.",
          "openai.",
          "qwen.",
          "writer.");

  private ModelIds() {}

  /**
   * The id as one segment of a path: RFC 3986 with everything but unreserved characters encoded.
   */
  static String encoded(String model) {
    return URLEncoder.encode(model, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  /** Who made the model, such as {@code anthropic.}; empty when the id does not tell. */
  static String vendor(String model) {
    var id = model.toLowerCase(Locale.ROOT);
    return VENDORS.stream()
        .filter(
            vendor ->
                id.startsWith(vendor) || id.contains("." + vendor) || id.contains("/" + vendor))
        .findFirst()
        .orElse("");
  }

  static boolean isNova(String model) {
    return model.contains("amazon.nova");
  }
}
