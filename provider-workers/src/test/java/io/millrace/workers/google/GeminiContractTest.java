package io.millrace.workers.google;

import io.millrace.workers.contract.AdapterContract;
import java.util.EnumSet;
import java.util.Set;

class GeminiContractTest implements AdapterContract {

  @Override
  public String kind() {
    return "gemini";
  }

  @Override
  public String basePath() {
    return "/v1beta";
  }

  @Override
  public String chatModel() {
    return "gemini-3-flash";
  }

  @Override
  public String embeddingsModel() {
    return "gemini-embedding-001";
  }

  @Override
  public Set<Told> told() {
    return EnumSet.of(Told.CACHED_TOKENS, Told.REASONING_TOKENS, Told.WAIT, Told.CONTENT_FILTER);
  }
}
