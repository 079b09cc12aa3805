package io.millrace.workers;

import java.util.EnumMap;
import java.util.Map;

/**
 * What a kind of provider can do. The table in the documentation is printed from it, and what it
 * denies is dropped or refused by {@link io.millrace.workers.canonical.ParameterCheck}, so the two
 * cannot differ.
 */
public final class Capabilities {

  private final EnumMap<Feature, Support> support;

  private Capabilities(EnumMap<Feature, Support> support) {
    this.support = support;
  }

  /** Everything that OpenAI's face offers. */
  public static Capabilities all() {
    var support = new EnumMap<Feature, Support>(Feature.class);
    for (var feature : Feature.values()) {
      support.put(feature, Support.YES);
    }
    return new Capabilities(support);
  }

  /** Plain text only, from which Responses can be made. */
  public static Capabilities text() {
    return all().with(Support.NO, Feature.values()).with(Support.EMULATED, Feature.RESPONSES);
  }

  /** The same with other support for some features. */
  public Capabilities with(Support how, Feature... features) {
    var changed = new EnumMap<>(support);
    for (var feature : features) {
      changed.put(feature, how);
    }
    return new Capabilities(changed);
  }

  public Support of(Feature feature) {
    return support.getOrDefault(feature, Support.NO);
  }

  public boolean has(Feature feature) {
    return of(feature) != Support.NO;
  }

  /** By feature, in the order of the table. */
  public Map<Feature, Support> asMap() {
    return Map.copyOf(support);
  }
}
