package sandcell.kernel;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashSet;
import java.util.Set;

/**
 * Changes the classes of cells before they are defined: lines are those of the cell, loops and methods check for
 * interrupts, and some calls go to {@link Traps}. This is the one for JDK 24 and later.
 */
final class ClassRewriter {
  private static final ClassDesc INTERRUPTS = ClassDesc.of("sandcell.kernel.Interrupts");
  private static final ClassDesc TRAPS = ClassDesc.of("sandcell.kernel.Traps");

  /** `loader` knows the classes that the code refers to: frames are computed anew, from common superclasses. */
  static byte[] rewrite(byte[] original, LineMap lines, ClassLoader loader) {
    ClassHierarchyResolver hierarchy =
        ClassHierarchyResolver.ofResourceParsing(loader).orElse(ClassHierarchyResolver.ofClassLoading(loader));
    ClassFile classFile = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(hierarchy));
    ClassTransform code =
        (builder, element) -> {
          switch (element) {
            case MethodModel method ->
                builder.transformMethod(
                    method,
                    MethodTransform.transformingCode(
                        // A class whose initializer is stopped could never be used again.
                        new CodeRewriter(lines, !method.methodName().equalsString("<clinit>"))));
            case SourceFileAttribute source -> {
              if (lines.fileName != null) builder.with(SourceFileAttribute.of(lines.fileName));
            }
            default -> builder.with(element);
          }
        };
    return classFile.transformClass(classFile.parse(original), code);
  }

  private static final class CodeRewriter implements CodeTransform {
    private final LineMap lines;
    private boolean needsCheck;
    private final Set<Label> passed = new HashSet<>();

    CodeRewriter(LineMap lines, boolean needsCheck) {
      this.lines = lines;
      this.needsCheck = needsCheck;
    }

    @Override
    public void accept(CodeBuilder builder, CodeElement element) {
      switch (element) {
        case LabelTarget target -> {
          passed.add(target.label());
          builder.with(target);
        }
        case BranchInstruction branch -> {
          if (passed.contains(branch.target())) check(builder);
          builder.with(branch);
        }
        case LineNumber number -> {
          int cellLine = lines.lineOf(number.line());
          if (cellLine > 0) builder.lineNumber(cellLine);
          // Not before its first line, which an error is to show.
          if (needsCheck) check(builder);
          needsCheck = false;
        }
        case InvokeInstruction call -> invoke(builder, call);
        case InvokeDynamicInstruction call -> builder.invokedynamic(trapped(call));
        default -> builder.with(element);
      }
    }

    private static void invoke(CodeBuilder builder, InvokeInstruction call) {
      String name = call.name().stringValue();
      String trap =
          call.opcode() == Opcode.INVOKESPECIAL
              ? null
              : Traps.descriptorOf(call.owner().asInternalName(), name, call.type().stringValue());
      if (trap == null) builder.with(call);
      else builder.invokestatic(TRAPS, name, MethodTypeDesc.ofDescriptor(trap));
    }

    private static DynamicCallSiteDesc trapped(InvokeDynamicInstruction call) {
      ConstantDesc[] arguments = call.bootstrapArgs().toArray(new ConstantDesc[0]);
      for (int i = 0; i < arguments.length; i++) {
        if (!(arguments[i] instanceof DirectMethodHandleDesc handle)) continue;
        String owner = handle.owner().descriptorString();
        if (!owner.startsWith("L")) continue;
        String internalName = owner.substring(1, owner.length() - 1);
        String trap = Traps.descriptorOf(internalName, handle.methodName(), handle.lookupDescriptor());
        if (trap == null) continue;
        arguments[i] =
            MethodHandleDesc.ofMethod(
                DirectMethodHandleDesc.Kind.STATIC, TRAPS, handle.methodName(), MethodTypeDesc.ofDescriptor(trap));
      }
      return DynamicCallSiteDesc.of(
          call.bootstrapMethod(), call.name().stringValue(), call.typeSymbol(), arguments);
    }

    private static void check(CodeBuilder builder) {
      builder.invokestatic(INTERRUPTS, "check", ConstantDescs.MTD_void);
    }
  }

  private ClassRewriter() {}
}
