package io.millrace.workers.ollama;

import io.millrace.workers.contract.AdapterContract;
import java.util.Set;

class OllamaContractTest implements AdapterContract {

  @Override
  public String kind() {
    return "ollama";
  }

  @Override
  public String basePath() {
    return "/";
  }

  @Override
  public int manyTexts() {
    return 600;
  }

  @Override
  public Set<Told> told() {
    return Set.of();
  }
}
