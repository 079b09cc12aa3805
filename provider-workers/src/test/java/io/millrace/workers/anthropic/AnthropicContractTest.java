package io.millrace.workers.anthropic;

import io.millrace.workers.contract.AdapterContract;
import java.util.EnumSet;
import java.util.Set;

class AnthropicContractTest implements AdapterContract {

  @Override
  public String kind() {
    return "anthropic";
  }

  @Override
  public String basePath() {
    return "/anthropic";
  }

  /** Takes every sampling parameter, and thinks. */
  @Override
  public String chatModel() {
    return "claude-3-7-sonnet-20250219";
  }

  @Override
  public Set<Told> told() {
    return EnumSet.allOf(Told.class);
  }
}
