package io.millrace.dispatcher;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The names under which a price list may know a model. Providers let a version, a region or a
 * resource path be part of the name; lists mostly name the model alone.
 *
 * <p>Only what leaves the price as it is may be taken away: the dated release of a model, the
 * region that serves it, the path that leads to it. A fine-tuned model is another model.
 */
final class ModelNames {

  /**
   * Paths: models/…, publishers/google/models/…, arn:…:inference-profile/…, …/foundation-model/…
   */
  private static final Pattern PATH =
      Pattern.compile(
          "^(?:arn:[^/]*:(?:inference-profile|foundation-model)/|(?:[^/]+/)*models/)(.+)$");

  /** Where Bedrock serves a model from, in front of its maker: us.anthropic.… */
  private static final Pattern REGION =
      Pattern.compile("^(?:us|us-gov|eu|apac|ap|jp|au|ca|sa|me|af|global)\\.([a-z0-9-]+\\..+)$");

  /**
   * Ends that name a release: Bedrock's :300k and -v1:0, Vertex's @20250929, then -2024-07-18,
   * -20250929, -preview-05-20, -0613, -001, -latest.
   */
  private static final List<Pattern> RELEASES =
      List.of(
          Pattern.compile(":\\d+k$"),
          Pattern.compile("-v\\d+(?::\\d+)?$"),
          Pattern.compile("@(?:\\d{8}|\\d{3}|default|latest)$"),
          Pattern.compile("-(?:\\d{4}-\\d{2}-\\d{2}|\\d{8})$"),
          Pattern.compile("-preview-\\d{2}-\\d{2,4}$"),
          Pattern.compile("-(?:\\d{4}|\\d{3}|latest)$"));

  private ModelNames() {}

  /** The name as it is, then the same with less and less. */
  static List<String> of(String model) {
    var names = new LinkedHashSet<String>();
    var name = model;
    names.add(name);
    for (var prefix : List.of(PATH, REGION)) {
      var matcher = prefix.matcher(name);
      if (matcher.matches()) {
        name = matcher.group(1);
        names.add(name);
      }
    }
    for (var release : RELEASES) {
      var shorter = release.matcher(name).replaceFirst("");
      if (!shorter.isEmpty()) {
        name = shorter;
        names.add(name);
      }
    }
    return new ArrayList<>(names);
  }
}
