package io.millrace.simulator.openai;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Which host a path speaks to, and what it asks of it.
 *
 * @param operation the path under which OpenAI has the same
 * @param model named by the path; empty when the body names it
 */
record Address(Flavour flavour, String operation, String model) {
  private static final String AZURE_RESPONSES = "/openai/responses";
  private static final String DEPLOYMENTS = "/openai/deployments/";
  private static final Map<String, Flavour> PREFIXES =
      Map.of(
          "/openai/v1/", Flavour.AZURE,
          "/groq/openai/v1/", Flavour.GROQ,
          "/mistral/v1/", Flavour.MISTRAL,
          "/perplexity/", Flavour.PERPLEXITY);

  static Address of(String path) {
    int modelEnd = path.indexOf('/', DEPLOYMENTS.length());
    if (path.startsWith(DEPLOYMENTS) && modelEnd > 0) {
      String model = decoded(path.substring(DEPLOYMENTS.length(), modelEnd));
      return new Address(Flavour.AZURE, "/v1" + path.substring(modelEnd), model);
    }
    if (path.equals(AZURE_RESPONSES)) {
      return new Address(Flavour.AZURE, "/v1/responses", "");
    }
    for (Map.Entry<String, Flavour> prefix : PREFIXES.entrySet()) {
      if (path.startsWith(prefix.getKey())) {
        String operation = "/v1/" + path.substring(prefix.getKey().length());
        return new Address(prefix.getValue(), operation, "");
      }
    }
    return new Address(Flavour.OPENAI, path, "");
  }

  /** As it stands in a path; what is not encoded is taken as it is. */
  static String decoded(String encoded) {
    try {
      return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return encoded;
    }
  }
}
