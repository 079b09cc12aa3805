package io.millrace.simulator.google;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * What a path asks for.
 *
 * @param model its last name, whatever it is below
 * @param call such as {@code generateContent}; empty when the path names none
 */
record Target(String model, String call, boolean isVertex) {
  private static final Pattern PATH =
      Pattern.compile(
          "/v1(?:beta1?)?/"
              + "((?:projects/[^/]+/locations/[^/]+/)?publishers/google/)?"
              + "(?:models|tunedModels)/([^/:]+):([A-Za-z]+)");
  private static final Pattern OWNED =
      Pattern.compile("/v1beta1?/(?!openai/).*|/v1/(projects|publishers)/.*");

  static boolean owns(String path) {
    return OWNED.matcher(path).matches();
  }

  static Target of(String path) {
    var matcher = PATH.matcher(path);
    if (!matcher.matches()) {
      return new Target("", "", false);
    }
    return new Target(decoded(matcher.group(2)), matcher.group(3), matcher.group(1) != null);
  }

  private static String decoded(String encoded) {
    try {
      return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return encoded;
    }
  }
}
